import { type Prisma, table } from '@plantcommunity/db';
import type { StoreParts } from './store-photos.ts';

/** Photos in one go. */
const BATCH = 100;

/** Removes what was identified for an owner, then every photo that nothing shows any more. */
export async function deleteByOwner(parts: StoreParts, ownerId: string): Promise<void> {
  await parts.client.identification.deleteMany({ where: { ownerId } });
  await deleteUnreferencedPhotos(parts);
}

/**
 * Removes photos that nothing refers to, whoever left them behind: a sweep that was cut short is ended by the next one.
 * A photo without its hash is found for no upload and has no way back; then its file goes, and its row last.
 */
async function deleteUnreferencedPhotos(parts: StoreParts): Promise<void> {
  const failures: unknown[] = [];
  let after = '';
  for (;;) {
    const found = await parts.client.$transaction((transaction) => releaseUnreferenced(transaction, after));
    const last = found.at(-1);
    if (last === undefined) break;
    after = last.id;
    for (const { id, condemned } of found) {
      // One by one: two sweeps that remove several rows at once could wait for each other.
      if (condemned) await removePhoto(parts, id).catch((error: unknown) => failures.push(error));
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'Files of photos could not be removed.');
}

async function releaseUnreferenced(transaction: Prisma.TransactionClient, after: string) {
  const unused = await transaction.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM ${table('Photo')} photo WHERE "id" > ${after} AND NOT EXISTS (
      SELECT 1 FROM ${table('IdentificationPhoto')} WHERE "photoId" = photo."id"
    ) ORDER BY "id" LIMIT ${BATCH} FOR UPDATE`;
  // Nobody can refer to a row that is locked, but somebody may have while its lock was waited for.
  const rows = await transaction.photo.updateManyAndReturn({
    where: { id: { in: unused.map(({ id }) => id) }, uses: { none: {} } },
    data: { hash: null },
    select: { id: true },
  });
  const condemned = new Set(rows.map(({ id }) => id));
  return unused.map(({ id }) => ({ id, condemned: condemned.has(id) }));
}

async function removePhoto({ client, files, logger }: StoreParts, id: string): Promise<void> {
  try {
    await files.remove(id);
  } catch (error) {
    logger.error({ photoId: id, err: error }, '[UPLOAD] The file of a photo could not be removed');
    throw error;
  }
  await client.photo.deleteMany({ where: { id, hash: null } });
}
