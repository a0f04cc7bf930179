import { randomUUID } from 'node:crypto';
import { type Prisma, type PrismaClient, table } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { PhotoFiles } from './photo-files.ts';
import type { PhotoToSave } from './types.ts';

export interface StoreParts {
  client: PrismaClient;
  files: PhotoFiles;
  clock: Clock;
  logger: Logger;
}

/** The ids of kept photos by the hashes of their uploads. */
export type StoredPhotoIds = ReadonlyMap<string, string>;

/** Undoes a transaction in which photos were kept for nothing. */
class NothingToKeepFor extends Error {}

/**
 * Keeps those of `photos` that were normalized and are not kept yet, and runs `work` in the same transaction; when that
 * gives undefined, nothing is kept. Files come before rows, so that no row ever points at nothing; files without a row
 * are removed, and until then nobody can ask for them.
 */
export async function storePhotos<T>(
  { client, files, clock, logger }: StoreParts,
  photos: readonly PhotoToSave[],
  work: (transaction: Prisma.TransactionClient, kept: StoredPhotoIds) => Promise<T | undefined>,
): Promise<T | undefined> {
  const hashes = [...new Set(photos.map(({ hash }) => hash))];
  const normalized = new Map(photos.flatMap((photo) => (photo.normalized ? [[photo.hash, photo.normalized]] : [])));
  const before = await findStored(client, [...normalized.keys()]);
  const fresh = [...normalized]
    .filter(([hash]) => !before.has(hash))
    .map(([hash, { jpeg, width, height }]) => ({ id: randomUUID(), hash, jpeg, width, height }))
    // Everybody in one order: two who insert the same photos in different orders would wait for each other.
    .toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  if (fresh.length === 0) {
    return client.$transaction(async (transaction) => work(transaction, await lockStored(transaction, hashes)));
  }

  const unused = new Set<string>(fresh.map(({ id }) => id));
  try {
    await Promise.all(fresh.map(({ id, jpeg }) => files.write(id, jpeg)));
    const createdAt = new Date(clock.now());
    const { result, kept } = await client.$transaction(async (transaction) => {
      await transaction.photo.createMany({
        data: fresh.map(({ id, hash, jpeg, width, height }) => ({
          id,
          hash,
          bytes: jpeg.length,
          width,
          height,
          createdAt,
        })),
        // Somebody else may have been quicker with the same photo: theirs is as good.
        skipDuplicates: true,
      });
      const all = await lockStored(transaction, hashes);
      const done = await work(transaction, all);
      if (done === undefined) throw new NothingToKeepFor();
      return { result: done, kept: all };
    });
    for (const id of kept.values()) unused.delete(id);
    return result;
  } catch (error) {
    if (error instanceof NothingToKeepFor) return undefined;
    throw error;
  } finally {
    const removed = await Promise.allSettled([...unused].map((id) => files.remove(id)));
    for (const { reason } of removed.filter((one) => one.status === 'rejected')) {
      logger.warn({ err: reason as unknown }, '[UPLOAD] A file that no photo refers to could not be removed');
    }
  }
}

/** Which may be on their way out: whoever refers to them asks `holdKept`. */
async function findStored(client: PrismaClient, hashes: readonly string[]): Promise<ReadonlySet<string>> {
  if (hashes.length === 0) return new Set();
  const rows = await client.photo.findMany({ where: { hash: { in: [...hashes] } }, select: { hash: true } });
  return new Set(rows.flatMap(({ hash }) => hash ?? []));
}

/**
 * Until the transaction ends, nobody sweeps these away. In the order of ids, as the sweep: two who lock the same photos
 * in different orders would wait for each other.
 */
async function lockStored(transaction: Prisma.TransactionClient, hashes: readonly string[]): Promise<StoredPhotoIds> {
  const rows = await transaction.$queryRaw<{ id: string; hash: string }[]>`
    SELECT "id", "hash" FROM ${table('Photo')} WHERE "hash" = ANY(${hashes}) ORDER BY "id" FOR KEY SHARE`;
  return new Map(rows.map(({ id, hash }) => [hash, id]));
}
