import { Prisma, table } from '@plantcommunity/db';
import { encodeTime } from 'ulid';
import { usesFilesAlone } from './database-identity.ts';
import { PhotoStoreTimeoutError, withFileDeadline } from './file-deadline.ts';
import { memoize } from './memoize.ts';
import type { StoreContext } from './types.ts';
import { removableUntil } from './undo.ts';

/** Number of identifications per transaction. */
const BATCH_SIZE = 100;

/** Characters of a ULID that hold its time. */
const TIME_LENGTH = 10;

/** Minimum age, in milliseconds, of a file that is deleted because it has no row: an upload writes its file first. */
const UNUSED_FILE_AGE_MS = 3_600_000;

/**
 * Number of files without a row up to which they are deleted, even if they are most of all files. More of them may mean
 * that the database is not the one the files belong to, or older than they are.
 */
const MAX_UNUSED_FILES = 100;
/** Share of all files up to which files without a row are deleted, however many they are. */
const MAX_UNUSED_SHARE = 0.1;

/** Why nothing was deleted. */
export interface RefusedDeletion {
  /** `many`: too many files have no row; `databases`: another database uses the same files. */
  readonly reason: 'many' | 'databases';
  /** Number of files without a row that are older than an hour. */
  readonly unused: number;
  /** Number of all files. */
  readonly files: number;
}

/** What a deletion of orphaned photos has done. */
export interface OrphanDeletion {
  readonly deleted: number;
  /** Number of files that could not be deleted. */
  readonly failed: number;
  /** Set when nothing was deleted. */
  readonly refused?: RefusedDeletion;
}

/** How many photos or files were deleted, and the errors of those that were not. */
interface Deletion {
  readonly deleted: number;
  readonly failures: readonly unknown[];
}

/** Counts the photos that no identification refers to: those of a deletion that was interrupted. */
export async function countUnreferencedPhotos({ client }: Pick<StoreContext, 'client'>): Promise<number> {
  return client.photo.count({ where: { uses: { none: {} } } });
}

/** Deletes the identifications of an owner, then every photo that no identification refers to. */
export async function deleteByOwner(context: StoreContext, ownerId: string): Promise<void> {
  const rows = deleteRows(context, Prisma.sql`"ownerId" = ${ownerId}`);
  while ((await rows.next()).done !== true);
  const { failures } = await deleteUnreferencedPhotos(context);
  if (failures.length > 0) throw new AggregateError(failures, 'Files of photos could not be removed.');
}

/** Deletes the identifications that were made before a time, and their photos. Returns their number. */
export async function deleteOlderThan(context: StoreContext, time: number, signal: AbortSignal): Promise<number> {
  // An id begins with its time, so the primary key finds them.
  const before = encodeTime(Math.max(0, time), TIME_LENGTH);
  return deleteWithPhotos(context, Prisma.sql`"id" < ${before}`, signal);
}

/** Removes the identifications that their owners deleted a minute ago or earlier, and their photos. Returns their number. */
export async function removeDeleted(context: StoreContext, signal: AbortSignal): Promise<number> {
  return deleteWithPhotos(context, Prisma.sql`"deletedAt" <= ${removableUntil(context)}`, signal);
}

/**
 * Deletes identifications, and those of their photos that no other identification refers to. A file that cannot be removed
 * is logged, and left to `deleteOrphanedPhotos`: no request can read it any more. Returns the number of identifications.
 */
async function deleteWithPhotos(context: StoreContext, which: Prisma.Sql, signal: AbortSignal): Promise<number> {
  let deleted = 0;
  for await (const batch of deleteRows(context, which, signal)) {
    deleted += batch.deleted;
    if (batch.photoIds.length > 0) await deleteUnreferencedPhotos(context, { among: batch.photoIds, signal });
  }
  return deleted;
}

/**
 * Deletes identifications, a batch at a time, and yields the ids of the photos of each batch. Locks the rows in the order
 * of their ids: two deletions that lock the same rows in different orders would wait for each other.
 */
async function* deleteRows(
  { client }: StoreContext,
  which: Prisma.Sql,
  signal?: AbortSignal,
): AsyncGenerator<{ deleted: number; photoIds: readonly string[] }, void> {
  let after = '';
  for (;;) {
    signal?.throwIfAborted();
    const batch = await client.$transaction(async (transaction) => {
      // With the lock, photos that are being added are either among these, or not stored at all. A row that was restored
      // while this transaction waited for its lock is not among the rows.
      const rows = await transaction.$queryRaw<{ id: string }[]>`
        SELECT "id" FROM ${table('Identification')} WHERE ${which} AND "id" > ${after}
        ORDER BY "id" LIMIT ${BATCH_SIZE} FOR UPDATE`;
      const ids = rows.map(({ id }) => id);
      const uses = await transaction.identificationPhoto.findMany({
        where: { identificationId: { in: ids } },
        select: { photoId: true },
      });
      await transaction.identification.deleteMany({ where: { id: { in: ids } } });
      return { ids, photoIds: uses.flatMap(({ photoId }) => photoId ?? []) };
    });
    const last = batch.ids.at(-1);
    if (last === undefined) return;
    after = last;
    yield { deleted: batch.ids.length, photoIds: batch.photoIds };
  }
}

/**
 * Deletes the photos that no identification refers to, which an interrupted deletion left, and the files without a row,
 * which an interrupted upload left. Tries all of them, and returns how many were deleted and how many could not be. Looks
 * at all files first, and deletes nothing when so many have no row that the database cannot be that of the files, or when
 * another database uses the files.
 * @throws the reason of `signal` between two batches; errors of the database
 */
export async function deleteOrphanedPhotos(context: StoreContext, signal: AbortSignal): Promise<OrphanDeletion> {
  const { files, unused, used } = await findUnusedFiles(context, signal);
  const reason = await reasonToKeep(context, { files, unused: unused.length, used });
  if (reason !== undefined) return { deleted: 0, failed: 0, refused: { reason, unused: unused.length, files } };
  const photos = await deleteUnreferencedPhotos(context, { signal });
  const removed = await deleteFiles(context, unused, signal);
  return {
    deleted: photos.deleted + removed.deleted,
    failed: photos.failures.length + removed.failures.length,
  };
}

/**
 * Deletes the photos that no identification refers to, also those of an earlier deletion that was interrupted: all of them,
 * or those `among` the given ids. While another database uses the files, or while it is unknown whether one does, files
 * and rows are left to a later run. First the photo's hash is removed, so that no upload finds it again; then its file, and its
 * row last; the files of a batch at the same time.
 */
async function deleteUnreferencedPhotos(
  context: StoreContext,
  { among, signal }: { among?: readonly string[]; signal?: AbortSignal } = {},
): Promise<Deletion> {
  const failures: unknown[] = [];
  const isAlone = memoize(() => mayRemoveFiles(context));
  let deleted = 0;
  let after = '';
  for (;;) {
    signal?.throwIfAborted();
    const limit = context.files.maxRemoved;
    const found = await context.client.$transaction((transaction) =>
      releaseUnreferenced(transaction, { after, limit, ...(among && { among }) }),
    );
    const last = found.at(-1);
    if (last === undefined) return { deleted, failures };
    after = last.id;
    const released = found.filter(({ isReleased }) => isReleased);
    // A store that hangs is not asked again for each of many files.
    if (released.length === 0 || failures.some(isTimeout) || !(await isAlone())) continue;
    const failed = await removeFiles(
      context,
      released.map(({ id }) => id),
    );
    failures.push(...failed.values());
    for (const { id } of released) {
      if (failed.has(id)) continue;
      // One by one: two deletions that remove several rows at once could wait for each other.
      await context.client.photo.deleteMany({ where: { id, hash: null } });
      deleted += 1;
    }
  }
}

const isTimeout = (error: unknown) => error instanceof PhotoStoreTimeoutError;

/** Whether files may be removed. An error is logged only: what a caller deleted before stays deleted. */
async function mayRemoveFiles(context: StoreContext): Promise<boolean> {
  try {
    return await usesFilesAlone(context);
  } catch (error) {
    context.logger.error(
      { err: error },
      '[UPLOAD] Files of photos are left to a later run: their store does not answer',
    );
    return false;
  }
}

/**
 * Notes in the folder that this database uses the files, unless no database has done so and most of the files have no row
 * in this one. Returns why the files have to be kept, if they have to.
 */
async function reasonToKeep(
  { files: stored, ownId }: StoreContext,
  { files, unused, used }: { files: number; unused: number; used: number },
): Promise<RefusedDeletion['reason'] | undefined> {
  const own = await ownId();
  const before = await stored.databases();
  const isOurs = before.length > 0 || files === 0 || used * 2 > files;
  // Also a second database is noted, so that the first one keeps its files, too.
  if (isOurs && !before.includes(own)) await stored.addDatabase(own);
  const databases = await stored.databases();
  if (databases.some((id) => id !== own)) return 'databases';
  const isFew = unused <= Math.max(MAX_UNUSED_FILES, files * MAX_UNUSED_SHARE);
  return unused === 0 || (isFew && databases.includes(own)) ? undefined : 'many';
}

/** Counts all files and those with a row, and returns the ids of those without one that no upload in progress can have. */
async function findUnusedFiles(
  { client, clock, files: stored }: StoreContext,
  signal: AbortSignal,
): Promise<{ files: number; used: number; unused: readonly string[] }> {
  const unused: string[] = [];
  let files = 0;
  let used = 0;
  for await (const found of stored.list()) {
    signal.throwIfAborted();
    files += found.length;
    const photos = await client.photo.findMany({
      where: { id: { in: found.map(({ id }) => id) } },
      select: { id: true },
    });
    const withRow = new Set(photos.map(({ id }) => id));
    used += withRow.size;
    for (const file of found) {
      if (withRow.has(file.id)) continue;
      const writtenAt = await file.writtenAt();
      if (writtenAt !== undefined && clock.now() - writtenAt >= UNUSED_FILE_AGE_MS) unused.push(file.id);
    }
  }
  return { files, used, unused };
}

async function deleteFiles(context: StoreContext, ids: readonly string[], signal: AbortSignal): Promise<Deletion> {
  const failures: unknown[] = [];
  let deleted = 0;
  const { maxRemoved } = context.files;
  for (let at = 0; at < ids.length; at += maxRemoved) {
    signal.throwIfAborted();
    const batch = ids.slice(at, at + maxRemoved);
    const failed = await removeFiles(context, batch);
    failures.push(...failed.values());
    deleted += batch.length - failed.size;
  }
  return { deleted, failures };
}

/** Removes the hashes of the next batch of unreferenced photos. Returns the batch, and whose hashes were removed. */
async function releaseUnreferenced(
  transaction: Prisma.TransactionClient,
  { after, among, limit }: { after: string; limit: number; among?: readonly string[] },
) {
  const isAmong = among === undefined ? Prisma.empty : Prisma.sql`AND "id" = ANY(${among})`;
  const unused = await transaction.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM ${table('Photo')} photo WHERE "id" > ${after} ${isAmong} AND NOT EXISTS (
      SELECT 1 FROM ${table('IdentificationPhoto')} WHERE "photoId" = photo."id"
    ) ORDER BY "id" LIMIT ${limit} FOR UPDATE`;
  // A locked row gets no new references, but it may have got one while this transaction waited for the lock.
  const rows = await transaction.photo.updateManyAndReturn({
    where: { id: { in: unused.map(({ id }) => id) }, uses: { none: {} } },
    data: { hash: null },
    select: { id: true },
  });
  const released = new Set(rows.map(({ id }) => id));
  return unused.map(({ id }) => ({ id, isReleased: released.has(id) }));
}

/** Removes files. Returns the errors of those that could not be removed, which were logged; never rejects. */
async function removeFiles(
  { clock, files, logger }: StoreContext,
  ids: readonly string[],
): Promise<ReadonlyMap<string, unknown>> {
  try {
    const failed = await withFileDeadline(clock, (signal) => files.remove(ids, signal));
    for (const [photoId, err] of failed) {
      logger.error({ photoId, err }, '[UPLOAD] The file of a photo could not be removed');
    }
    return failed;
  } catch (error) {
    logger.error({ photoIds: ids, err: error }, '[UPLOAD] Files of photos could not be removed');
    return new Map(ids.map((id) => [id, error]));
  }
}
