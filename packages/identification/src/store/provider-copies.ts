import { randomUUID } from 'node:crypto';
import { type Prisma, type PrismaClient, table } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { ProviderName } from '../types.ts';
import { databaseId } from './database-identity.ts';
import { memoize } from './memoize.ts';
import type { ProviderCopy } from './types.ts';

/** A copy whose `keptUntil` is younger by this is not written again: many callers save the same answer at once. */
const KEPT_STEP_MS = 1_800_000;

/** Longest time that a provider keeps a copy by itself: Plant.id documents six months. */
const LONGEST_KEPT_MS = 190 * 86_400_000;

/** Pause after the first failed try; it doubles with each further one up to the maximum. */
const FIRST_RETRY_MS = 60_000;
const MAX_RETRY_MS = 6 * 3_600_000;

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
 * recorded: one that was restored from a dump, such as that of a staging system, also has those of its original.
 */
export interface UnusedCopies {
  /** Returns those of a provider that are due for a try, the longest due first, at most `limit`. */
  due(of: { provider: ProviderName; origin: string }, limit: number): Promise<readonly DueCopy[]>;
  /** Removes the row of a copy that the provider has deleted, unless something refers to it again. */
  remove(id: string): Promise<void>;
  /** Notes a failed try; the next one follows after a pause. */
  postpone(id: string): Promise<void>;
  /** Removes the rows of copies, of any database, that no provider keeps any more: too old. Returns their number. */
  removeExpired(): Promise<number>;
  /** Counts all of them, and returns since when the longest failing one has failed. */
  state(): Promise<{ waiting: number; failingSince?: number }>;
}

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
    async remove(id) {
      await client.providerCopy.deleteMany({ where: { ...unused(), id } });
    },
    async postpone(id) {
      const now = new Date(clock.now());
      // In one statement: the exponent is bounded, so that the pause stays a number.
      await client.$executeRaw`
        UPDATE ${table('ProviderCopy')} SET
          "tries" = "tries" + 1,
          "failedAt" = coalesce("failedAt", ${now}),
          "nextTryAt" = ${now}::timestamp + least(${MAX_RETRY_MS}, ${FIRST_RETRY_MS} * 2 ^ least("tries", 20)) * interval '1 ms'
        WHERE "id" = ${id}`;
    },
    async removeExpired() {
      const createdAt = { lte: new Date(clock.now() - LONGEST_KEPT_MS) };
      const { count } = await client.providerCopy.deleteMany({ where: { ...unused(), createdAt } });
      return count;
    },
    async state() {
      const { _count: waiting, _min: first } = await client.providerCopy.aggregate({
        where: { ...unused(), databaseId: await ownId() },
        _count: true,
        _min: { failedAt: true },
      });
      return { waiting, ...(first.failedAt !== null && { failingSince: first.failedAt.getTime() }) };
    },
  };
}
