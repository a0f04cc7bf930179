import { Prisma } from '@plantcommunity/db';
import type { ProviderName } from '../types.ts';

/** Longest time that a provider keeps a copy by itself: Plant.id documents six months. */
const LONGEST_KEPT_MS = 190 * 86_400_000;

/** Pause after the first failed try; it doubles with each further one up to the maximum. */
const FIRST_RETRY_MS = 60_000;
const MAX_RETRY_MS = 6 * 3_600_000;

/** A provider at the origin of its base URL, so that a token of a simulator is never sent to the real service. */
export interface ProviderAddress {
  readonly provider: ProviderName;
  readonly origin: string;
}

export interface QueueState {
  /** Number of requests that wait for a later run. */
  readonly waiting: number;
  /** Since when the longest failing one has failed, in milliseconds since 1970. */
  readonly failingSince?: number;
}

/** Requests about copies that providers keep: rows of the database, so that restarts lose none until a job sends them. */
export interface RequestQueue<Request> {
  /** Returns those of a provider that are due for a try, the longest due first, at most `limit`. */
  due(of: ProviderAddress, limit: number): Promise<readonly Request[]>;
  /** Notes that the provider accepted a request, unless it has changed since it was due. */
  complete(request: Request): Promise<void>;
  /** Notes a failed try; the next one follows after a pause. */
  postpone(request: Request): Promise<void>;
  /** Gives up the requests about copies, of any database, that no provider keeps any more. */
  removeExpired(): Promise<void>;
  /** Counts the requests of this database. */
  state(): Promise<QueueState>;
}

/** Returns the time before which copies were recorded that no provider keeps any more. */
export function expiredBefore(now: number): Date {
  return new Date(now - LONGEST_KEPT_MS);
}

/** Sets the columns of a row whose try has failed. In one statement: the exponent is bounded, so that the pause stays a number. */
export function failedTry(now: number): Prisma.Sql {
  const at = new Date(now);
  return Prisma.sql`
    "tries" = "tries" + 1,
    "failedAt" = coalesce("failedAt", ${at}),
    "nextTryAt" = ${at}::timestamp + least(${MAX_RETRY_MS}, ${FIRST_RETRY_MS} * 2 ^ least("tries", 20)) * interval '1 ms'`;
}

/** Reads what the database has aggregated of the waiting rows. */
export function queueState({
  _count: waiting,
  _min: first,
}: {
  _count: number;
  _min: { failedAt: Date | null };
}): QueueState {
  return { waiting, ...(first.failedAt !== null && { failingSince: first.failedAt.getTime() }) };
}
