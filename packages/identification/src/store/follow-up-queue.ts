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

export interface FollowUpState {
  /** Number of follow-ups that wait for a later run. */
  readonly waiting: number;
  /** When the first try of the follow-up that has failed for the longest time failed, in milliseconds since 1970. */
  readonly failingSince?: number;
}

/**
 * The follow-ups of one kind. A follow-up is a request to a provider about an answer that it gave before: it deletes the copy
 * that the provider keeps of the answer, or rates the answer. Follow-ups wait in the database until a job sends them, so
 * that a restart loses none.
 */
export interface FollowUpQueue<FollowUp> {
  /** Returns at most `limit` follow-ups to a provider that are due for a try, the one that is due for longest first. */
  due(of: ProviderAddress, limit: number): Promise<readonly FollowUp[]>;
  /** Records that the provider accepted a follow-up, unless the follow-up was changed meanwhile. */
  complete(followUp: FollowUp): Promise<void>;
  /** Records a failed try; the next one follows after a pause. */
  postpone(followUp: FollowUp): Promise<void>;
  /** Gives up the follow-ups, also those of other databases, about copies that no provider keeps any more. */
  giveUpExpired(): Promise<void>;
  /** Counts the follow-ups of this database. */
  state(): Promise<FollowUpState>;
}

/** Returns a time: no provider keeps a copy any more that was recorded before it. */
export function expiredBefore(now: number): Date {
  return new Date(now - LONGEST_KEPT_MS);
}

/** Returns the SQL that sets the columns of a row after a failed try. Without its bound the power would overflow. */
export function failedTry(now: number): Prisma.Sql {
  const at = new Date(now);
  return Prisma.sql`
    "tries" = "tries" + 1,
    "failedAt" = coalesce("failedAt", ${at}),
    "nextTryAt" = ${at}::timestamp + least(${MAX_RETRY_MS}, ${FIRST_RETRY_MS} * 2 ^ least("tries", 20)) * interval '1 ms'`;
}

/** Returns the state of a queue from the aggregate of its waiting rows. */
export function followUpState({
  _count: waiting,
  _min: first,
}: {
  _count: number;
  _min: { failedAt: Date | null };
}): FollowUpState {
  return { waiting, ...(first.failedAt !== null && { failingSince: first.failedAt.getTime() }) };
}
