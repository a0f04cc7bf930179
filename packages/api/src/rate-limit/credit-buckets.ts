import { LONGEST_RETRY_S } from '../errors/rate-limited.ts';
import type { PolicyStatus } from './rate-headers.ts';

export const HOUR_MS = 3_600_000;
/** Hours that count, the current one included. Credits spent in an hour are free again 24 hours after it began. */
export const HOURS = 24;
const DAY_MS = HOURS * HOUR_MS;

/** Credits that all who share `key` may spend in 24 hours. */
export interface CreditShare {
  key: string;
  /** Name of the share in the RateLimit headers. */
  policy: 'credits-free' | 'credits-address';
  /** At least 1. */
  limit: number;
}

/** Credits spent in each hour; keys are hours since 1970. May contain hours that no longer count. */
export type Buckets = ReadonlyMap<number, number>;

/** State of a share: the credits left and when more are free. */
export interface ShareStatus extends PolicyStatus {
  policy: CreditShare['policy'];
  /** Epoch milliseconds: when the whole share is available again, unless more is spent before. */
  fullAt: number;
}

export function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS);
}

/** Returns the credits that count at `now`. */
export function usedCredits(buckets: Buckets, now: number): number {
  return countedHours(buckets, now).reduce((sum, [, credits]) => sum + credits, 0);
}

/** Returns the state of a share at `now` (epoch milliseconds), and whether it has room for `wanted` credits. */
export function shareStatus(
  { limit, policy }: CreditShare,
  buckets: Buckets,
  now: number,
  wanted: number,
): ShareStatus {
  const hours = countedHours(buckets, now);
  const used = usedCredits(buckets, now);
  const allowed = used + wanted <= limit;
  const [oldest] = hours;
  const newest = hours.at(-1);
  return {
    policy,
    allowed,
    rate: { count: limit, windowMs: DAY_MS },
    remaining: Math.max(0, limit - used),
    resetAt: allowed ? freedAt(oldest, now + DAY_MS) : roomAt(hours, used + wanted - limit, now),
    fullAt: freedAt(newest, now),
    longestRetryS: LONGEST_RETRY_S.share,
  };
}

/** Returns when `tooMany` credits become free again; a day from now for a share that is too small for the request. */
function roomAt(hours: readonly Hour[], tooMany: number, now: number): number {
  let freed = 0;
  for (const hour of hours) {
    freed += hour[1];
    if (freed >= tooMany) return freedAt(hour, now);
  }
  return now + DAY_MS;
}

type Hour = readonly [hour: number, credits: number];

function freedAt(hour: Hour | undefined, otherwise: number): number {
  return hour === undefined ? otherwise : (hour[0] + HOURS) * HOUR_MS;
}

/** Returns the hours that count, oldest first. */
function countedHours(buckets: Buckets, now: number): Hour[] {
  return [...buckets]
    .filter(([hour, credits]) => hour > hourOf(now) - HOURS && credits > 0)
    .toSorted(([a], [b]) => a - b);
}
