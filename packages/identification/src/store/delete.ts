import { type Prisma, table } from '@plantcommunity/db';
import type { StoreContext } from './types.ts';

/** Number of photos per transaction. */
const BATCH_SIZE = 100;

/** Deletes the identifications of an owner, then every photo that no identification refers to. */
export async function deleteByOwner(context: StoreContext, ownerId: string): Promise<void> {
  await context.client.identification.deleteMany({ where: { ownerId } });
  await deleteUnreferencedPhotos(context);
}

/**
 * Deletes all photos that no identification refers to, also those of an earlier deletion that was interrupted. First the
 * photo's hash is removed, so that no upload finds it again; then its file, and its row last.
 */
async function deleteUnreferencedPhotos(context: StoreContext): Promise<void> {
  const failures: unknown[] = [];
  let after = '';
  for (;;) {
    const found = await context.client.$transaction((transaction) => releaseUnreferenced(transaction, after));
    const last = found.at(-1);
    if (last === undefined) break;
    after = last.id;
    for (const { id, isReleased } of found) {
      // One by one: two deletions that remove several rows at once could wait for each other.
      if (isReleased) await deletePhoto(context, id).catch((error: unknown) => failures.push(error));
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'Files of photos could not be removed.');
}

/** Removes the hashes of the next batch of unreferenced photos. */
async function releaseUnreferenced(transaction: Prisma.TransactionClient, after: string) {
  const unused = await transaction.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM ${table('Photo')} photo WHERE "id" > ${after} AND NOT EXISTS (
      SELECT 1 FROM ${table('IdentificationPhoto')} WHERE "photoId" = photo."id"
    ) ORDER BY "id" LIMIT ${BATCH_SIZE} FOR UPDATE`;
  // A locked row gets no new references, but it may have got one while this transaction waited for the lock.
  const rows = await transaction.photo.updateManyAndReturn({
    where: { id: { in: unused.map(({ id }) => id) }, uses: { none: {} } },
    data: { hash: null },
    select: { id: true },
  });
  const released = new Set(rows.map(({ id }) => id));
  return unused.map(({ id }) => ({ id, isReleased: released.has(id) }));
}

async function deletePhoto({ client, files, logger }: StoreContext, id: string): Promise<void> {
  try {
    await files.remove(id);
  } catch (error) {
    logger.error({ photoId: id, err: error }, '[UPLOAD] The file of a photo could not be removed');
    throw error;
  }
  await client.photo.deleteMany({ where: { id, hash: null } });
}
