import { randomUUID } from 'node:crypto';
import { type Prisma, type PrismaClient, table } from '@plantcommunity/db';
import { withFileDeadline } from './file-deadline.ts';
import { recordCopies } from './provider-copies.ts';
import { searchText } from './search-text.ts';
import { addSpace } from './space.ts';
import { storedOptions, storedResult } from './stored-json.ts';
import type { NewIdentification, PhotoToSave, SavedIdentification, StoreContext } from './types.ts';

/** Stored photos by the hashes of their uploads. */
type StoredPhotos = ReadonlyMap<string, { readonly id: string; readonly bytes: number }>;

/**
 * Saves an identification with its photos; undefined if the owner's account is closed. Photos whose files cannot be written
 * in time are pending, as if they were still to be normalized.
 */
export async function saveIdentification(
  context: StoreContext,
  id: string,
  entry: NewIdentification,
): Promise<SavedIdentification | undefined> {
  const { ownerId, photos } = entry;
  const options = storedOptions.parse(entry.options);
  const result = storedResult.parse(entry.identification);
  const [best] = result.suggestions;
  const createdAt = new Date(context.clock.now());
  const { copies = [] } = entry;
  const recorded = { createdAt, databaseId: await context.ownId() };
  const work = async (transaction: Prisma.TransactionClient, stored: StoredPhotos) => {
    if (!(await lockOwner(transaction, ownerId))) return undefined;
    const pendingPhotos = new Set(photos.map(({ hash }) => hash).filter((hash) => !stored.has(hash)));
    await transaction.identification.create({
      data: {
        id,
        ownerId,
        createdAt,
        isPlant: result.isPlant,
        plantName: best?.plantName ?? null,
        scientificName: best?.scientificName ?? null,
        confidence: result.confidence ?? null,
        confidenceSource: result.confidenceSource ?? null,
        demo: result.demo,
        partial: result.partial,
        options,
        result,
        search: searchText(result),
        photosState: pendingPhotos.size === 0 ? 'kept' : 'pending',
        photos: {
          createMany: {
            data: photos.map(({ hash }, index) => ({
              position: index + 1,
              hash,
              photoId: stored.get(hash)?.id ?? null,
            })),
          },
        },
      },
      select: { id: true },
    });
    const copyIds = await recordCopies(transaction, copies, recorded);
    const uses = copyIds.map((copyId) => ({ identificationId: id, copyId }));
    if (uses.length > 0) await transaction.identificationCopy.createMany({ data: uses });
    await addSpace(transaction, ownerId, bytesOf(stored));
    return { id, pendingPhotos: [...pendingPhotos] };
  };
  return storePhotos(withDeadline(context), photos, work).catch((error: unknown) => {
    if (!(error instanceof FilesNotWrittenError)) throw error;
    context.logger.warn({ id, err: error }, '[UPLOAD] The photos of an identification could not be stored yet');
    return storePhotos(
      context,
      photos.map(({ hash }) => ({ hash })),
      work,
    );
  });
}

/** Adds the pending photos of a saved identification; those that are not among `photos` become missing. */
export async function addPhotos(
  context: StoreContext,
  id: string,
  photos: readonly Required<PhotoToSave>[],
): Promise<void> {
  const { client } = context;
  try {
    const pending = await client.identificationPhoto.findMany({
      where: { identificationId: id, photoId: null },
      select: { position: true, hash: true },
    });
    const normalized = new Map(photos.map((photo) => [photo.hash, photo]));
    // Photos that were not normalized here may have been stored for another identification in the meantime.
    const wanted = pending.map(({ hash }) => normalized.get(hash) ?? { hash });
    await storePhotos(context, wanted, async (transaction, stored) => {
      const identification = await lockIdentification(transaction, id);
      if (identification === undefined) return undefined;
      for (const { position, hash } of pending) {
        const photo = stored.get(hash);
        if (photo === undefined) continue;
        await transaction.identificationPhoto.updateMany({
          where: { identificationId: id, position },
          data: { photoId: photo.id },
        });
      }
      await transaction.identification.updateMany({
        where: { id },
        data: { photosState: pending.every(({ hash }) => stored.has(hash)) ? 'kept' : 'missing' },
      });
      await addSpace(transaction, identification.ownerId, bytesOf(stored));
      return true;
    });
  } catch (error) {
    // If the database failed, the state ages into `missing` by itself.
    await client.identification.updateMany({ where: { id }, data: { photosState: 'missing' } }).catch(() => {});
    throw error;
  }
}

/** The files of photos could not be written: no row refers to them. */
class FilesNotWrittenError extends Error {}

/** Lets the files of a request be written within the time for which it waits for their store. */
function withDeadline(context: StoreContext): StoreContext {
  const { clock, files } = context;
  return {
    ...context,
    files: { ...files, write: (id, jpeg) => withFileDeadline(clock, (signal) => files.write(id, jpeg, signal)) },
  };
}

/** Rolls back a transaction whose photos are not needed. */
class PhotosNotNeededError extends Error {}

/**
 * Stores the normalized photos that are not stored yet, and runs `work` in the same transaction; if it returns
 * undefined, nothing is stored. Files are written before rows, so that no row refers to a missing file. Files without a
 * row are removed; until then no request can read them.
 */
async function storePhotos<T>(
  { client, files, clock, logger }: StoreContext,
  photos: readonly PhotoToSave[],
  work: (transaction: Prisma.TransactionClient, stored: StoredPhotos) => Promise<T | undefined>,
): Promise<T | undefined> {
  const hashes = [...new Set(photos.map(({ hash }) => hash))];
  const normalized = new Map(photos.flatMap((photo) => (photo.normalized ? [[photo.hash, photo.normalized]] : [])));
  const before = await findStored(client, [...normalized.keys()]);
  const fresh = [...normalized]
    .filter(([hash]) => !before.has(hash))
    .map(([hash, { jpeg, width, height }]) => ({ id: randomUUID(), hash, jpeg, width, height }))
    // One order for all: two transactions that insert the same photos in different orders would wait for each other.
    .toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  if (fresh.length === 0) {
    return client.$transaction(async (transaction) => work(transaction, await lockStored(transaction, hashes)));
  }

  const unused = new Set<string>(fresh.map(({ id }) => id));
  const removeUnused = async () => {
    if (unused.size === 0) return;
    const warn = (err: unknown) => logger.warn({ err }, '[UPLOAD] A file that no photo refers to could not be removed');
    try {
      const failures = await withFileDeadline(clock, (signal) => files.remove([...unused], signal));
      for (const failure of failures.values()) warn(failure);
    } catch (error) {
      warn(error);
    }
  };
  const written = await Promise.allSettled(fresh.map(({ id, jpeg }) => files.write(id, jpeg)));
  const failures = written.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (failures.length > 0) {
    // A store that takes no files may not answer this either: no caller waits for it.
    void removeUnused();
    throw new FilesNotWrittenError('Files of photos could not be written', { cause: failures[0] });
  }
  try {
    const createdAt = new Date(clock.now());
    const { result, stored } = await client.$transaction(async (transaction) => {
      await transaction.photo.createMany({
        data: fresh.map(({ id, hash, jpeg, width, height }) => ({
          id,
          hash,
          bytes: jpeg.length,
          width,
          height,
          createdAt,
        })),
        // Another transaction may have stored the same photo first; its copy is equal.
        skipDuplicates: true,
      });
      const all = await lockStored(transaction, hashes);
      const done = await work(transaction, all);
      if (done === undefined) throw new PhotosNotNeededError();
      return { result: done, stored: all };
    });
    for (const { id } of stored.values()) unused.delete(id);
    return result;
  } catch (error) {
    if (error instanceof PhotosNotNeededError) return undefined;
    throw error;
  } finally {
    await removeUnused();
  }
}

/** Returns the hashes of stored photos. These may be deleted concurrently: call `lockStored` before referring to them. */
async function findStored(client: PrismaClient, hashes: readonly string[]): Promise<ReadonlySet<string>> {
  if (hashes.length === 0) return new Set();
  const rows = await client.photo.findMany({ where: { hash: { in: [...hashes] } }, select: { hash: true } });
  return new Set(rows.flatMap(({ hash }) => hash ?? []));
}

/**
 * Protects stored photos from deletion until the transaction ends. Locks in the order of ids, like the deletion: two
 * transactions that lock the same photos in different orders would wait for each other.
 */
async function lockStored(transaction: Prisma.TransactionClient, hashes: readonly string[]): Promise<StoredPhotos> {
  const rows = await transaction.$queryRaw<{ id: string; hash: string; bytes: number }[]>`
    SELECT "id", "hash", "bytes" FROM ${table('Photo')} WHERE "hash" = ANY(${hashes}) ORDER BY "id" FOR KEY SHARE`;
  return new Map(rows.map(({ id, hash, bytes }) => [hash, { id, bytes }]));
}

function bytesOf(photos: StoredPhotos): number {
  return [...photos.values()].reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Whether the owner's account is open; it then stays until the transaction ends. */
async function lockOwner(transaction: Prisma.TransactionClient, ownerId: string): Promise<boolean> {
  const rows = await transaction.$queryRaw<unknown[]>`
    SELECT 1 FROM ${table('User')} WHERE "id" = ${ownerId} AND "disabledAt" IS NULL FOR KEY SHARE`;
  return rows.length > 0;
}

/** Returns whose the identification is; it then stays until the transaction ends. Undefined if it does not exist. */
async function lockIdentification(
  transaction: Prisma.TransactionClient,
  id: string,
): Promise<{ ownerId: string } | undefined> {
  const [row] = await transaction.$queryRaw<{ ownerId: string }[]>`
    SELECT "ownerId" FROM ${table('Identification')} WHERE "id" = ${id} FOR UPDATE`;
  return row;
}
