import { randomUUID } from 'node:crypto';
import { type Prisma, type PrismaClient, table } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { databaseId } from './database-identity.ts';
import { expiredBefore, type FollowUpQueue, failedTry, followUpState } from './follow-up-queue.ts';
import { memoize } from './memoize.ts';
import type { ProviderCopy } from './types.ts';

/** `keptUntil` of a known copy is written only if it grows by this: many callers save the same answer at the same time. */
const MIN_EXTENSION_MS = 1_800_000;

/** Records what providers keep, and extends how long a cached answer may refer to it. Returns the ids of the rows. */
export async function recordCopies(
  client: Prisma.TransactionClient,
  copies: readonly ProviderCopy[],
  recorded: { createdAt: Date; databaseId: string },
): Promise<string[]> {
  const ids: string[] = [];
  for (const { keptUntil, origin, provider, token } of copies) {
    const where = { provider, origin, token };
    const known = await client.providerCopy.findFirst({ where, select: { id: true, keptUntil: true } });
    if (known === null) {
      // Another transaction may record the same copy.
      const data = { id: randomUUID(), ...where, ...recorded, keptUntil: new Date(keptUntil) };
      await client.providerCopy.createMany({ data, skipDuplicates: true });
    } else if (known.keptUntil.getTime() <= keptUntil - MIN_EXTENSION_MS) {
      await client.providerCopy.updateMany({ where, data: { keptUntil: new Date(keptUntil) } });
    }
    ids.push(known?.id ?? (await client.providerCopy.findFirstOrThrow({ where, select: { id: true } })).id);
  }
  return ids;
}

/** A copy that is to be deleted. */
interface DueCopy {
  readonly id: string;
  readonly token: string;
}

/**
 * The copies to delete: neither an identification nor a cached answer refers to them any more, and this database has
 * recorded them. A database that was restored from a dump, such as that of a staging system, also has the copies of the
 * original database, and does not delete them. A copy to which something refers again is not deleted.
 */
export type CopyDeletionQueue = FollowUpQueue<DueCopy>;

export function createCopyDeletionQueue({
  client,
  clock,
  host,
}: {
  client: PrismaClient;
  clock: Clock;
  /** Host name of the app (see `databaseId`). */
  host: string;
}): CopyDeletionQueue {
  const ownId = memoize(() => databaseId(client, host));
  const unused = () => ({ keptUntil: { lte: new Date(clock.now()) }, uses: { none: {} } });
  return {
    due: async ({ origin, provider }, limit) =>
      client.providerCopy.findMany({
        where: {
          ...unused(),
          databaseId: await ownId(),
          provider,
          origin,
          OR: [{ nextTryAt: null }, { nextTryAt: { lte: new Date(clock.now()) } }],
        },
        orderBy: { keptUntil: 'asc' },
        take: limit,
        select: { id: true, token: true },
      }),
    async complete({ id }) {
      await client.providerCopy.deleteMany({ where: { ...unused(), id } });
    },
    async postpone({ id }) {
      await client.$executeRaw`UPDATE ${table('ProviderCopy')} SET ${failedTry(clock.now())} WHERE "id" = ${id}`;
    },
    async giveUpExpired() {
      const createdAt = { lte: expiredBefore(clock.now()) };
      await client.providerCopy.deleteMany({ where: { ...unused(), createdAt } });
    },
    async state() {
      return followUpState(
        await client.providerCopy.aggregate({
          where: { ...unused(), databaseId: await ownId() },
          _count: true,
          _min: { failedAt: true },
        }),
      );
    },
  };
}
