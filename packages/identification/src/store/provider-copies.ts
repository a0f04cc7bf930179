import { randomUUID } from 'node:crypto';
import { type Prisma, type PrismaClient, table } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { databaseId } from './database-identity.ts';
import { memoize } from './memoize.ts';
import { expiredBefore, failedTry, queueState, type RequestQueue } from './request-queue.ts';
import type { ProviderCopy } from './types.ts';

/** A copy whose `keptUntil` is younger by this is not written again: many callers save the same answer at once. */
const KEPT_STEP_MS = 1_800_000;

/** Records what providers keep, and extends how long a kept answer may refer to it. Returns the ids of the rows. */
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
    } else if (known.keptUntil.getTime() <= keptUntil - KEPT_STEP_MS) {
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
 * The copies that nothing refers to any more: no identification, and no kept answer. Only those that this database has
 * recorded: one that was restored from a dump, such as that of a staging system, also has those of its original. A copy to
 * which something refers again is no longer one of them.
 */
export type UnusedCopies = RequestQueue<DueCopy>;

export function createUnusedCopies({
  client,
  clock,
  host,
}: {
  client: PrismaClient;
  clock: Clock;
  /** Host name of the app (see `databaseId`). */
  host: string;
}): UnusedCopies {
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
    async removeExpired() {
      const createdAt = { lte: expiredBefore(clock.now()) };
      await client.providerCopy.deleteMany({ where: { ...unused(), createdAt } });
    },
    async state() {
      return queueState(
        await client.providerCopy.aggregate({
          where: { ...unused(), databaseId: await ownId() },
          _count: true,
          _min: { failedAt: true },
        }),
      );
    },
  };
}
