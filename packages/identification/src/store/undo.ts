import { Prisma, table } from '@plantcommunity/db';
import { forgetSpace } from './space.ts';
import type { StoreContext } from './types.ts';

/** Time after a deletion in which its owner can undo it, in milliseconds. */
const UNDO_MS = 30_000;

/** Number of rows that one statement changes: few enough for its time limit. */
const BATCH_SIZE = 1_000;

type UndoContext = Pick<StoreContext, 'client' | 'clock'>;

/** Returns the time of the last deletions that can no longer be undone. */
function undoneUntil({ clock }: Pick<StoreContext, 'clock'>): Date {
  return new Date(clock.now() - UNDO_MS);
}

/**
 * Returns the time of the last deletions whose identifications may be removed: a minute ago. Until then a restore of many,
 * or one on an instance whose clock is late, may still be bringing them back.
 */
export function removableUntil({ clock }: Pick<StoreContext, 'clock'>): Date {
  return new Date(clock.now() - 2 * UNDO_MS);
}

/**
 * Hides one identification of an owner from every read, until `removeDeleted` removes it. Returns false if the owner has
 * no such identification, or it is hidden already.
 */
export async function deleteIdentification({ client, clock }: UndoContext, ownerId: string, id: string) {
  const { count } = await client.identification.updateMany({
    where: { id, ownerId, deletedAt: null },
    data: { deletedAt: new Date(clock.now()) },
  });
  return count > 0;
}

/** Hides all identifications of an owner like `deleteIdentification`. */
export async function deleteAllIdentifications(context: UndoContext, ownerId: string): Promise<void> {
  const deletedAt = new Date(context.clock.now());
  await updateInBatches(context, ownerId, { which: Prisma.sql`"deletedAt" IS NULL`, deletedAt });
}

/**
 * Brings back one identification that its owner has deleted in the last 30 seconds. Returns false if the owner has no such
 * identification. One that is not deleted counts as brought back: a caller may repeat the call after a lost answer.
 */
export async function restoreIdentification(context: UndoContext, ownerId: string, id: string): Promise<boolean> {
  return context.client.$transaction(async (transaction) => {
    const { count } = await transaction.identification.updateMany({
      where: { id, ownerId, OR: [{ deletedAt: null }, { deletedAt: { gt: undoneUntil(context) } }] },
      data: { deletedAt: null },
    });
    if (count > 0) await forgetSpace(transaction, ownerId);
    return count > 0;
  });
}

/** Brings back all identifications that their owner has deleted in the last 30 seconds. */
export async function restoreAllIdentifications(context: UndoContext, ownerId: string): Promise<void> {
  const which = Prisma.sql`"deletedAt" > ${undoneUntil(context)}`;
  await updateInBatches(context, ownerId, { which, deletedAt: null });
}

/**
 * Sets when identifications of an owner were deleted. Locks them in the order of their ids, as every deletion does: two
 * that lock the same rows in different orders would wait for each other. Those that come back use space again, which is
 * then counted anew.
 */
async function updateInBatches(
  { client }: Pick<StoreContext, 'client'>,
  ownerId: string,
  { deletedAt, which }: { which: Prisma.Sql; deletedAt: Date | null },
): Promise<void> {
  let after: string | undefined = '';
  while (after !== undefined) {
    const from: string = after;
    after = await client.$transaction(async (transaction) => {
      const rows = await transaction.$queryRaw<{ id: string }[]>`
        UPDATE ${table('Identification')} SET "deletedAt" = ${deletedAt} WHERE "id" = ANY (ARRAY(
          SELECT "id" FROM ${table('Identification')} WHERE "ownerId" = ${ownerId} AND "id" > ${from} AND ${which}
          ORDER BY "id" LIMIT ${BATCH_SIZE} FOR UPDATE
        )) RETURNING "id"`;
      if (rows.length > 0 && deletedAt === null) await forgetSpace(transaction, ownerId);
      return rows
        .map(({ id }) => id)
        .toSorted()
        .at(-1);
    });
  }
}
