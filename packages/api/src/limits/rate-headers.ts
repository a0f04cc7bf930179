import type { Rate } from '../config.ts';
import { limitedSeconds } from './retry-after.ts';

/** How a call stands with one of the limits that it is counted in. */
export interface PolicyStanding {
  /** Names the limit. */
  policy: string;
  allowed: boolean;
  rate: Rate;
  remaining: number;
  /** Epoch milliseconds. */
  resetAt: number;
  /** In seconds: what a refused caller is told to wait at most; an hour unless given. */
  longestRetryS?: number;
}

/** Names of the headers, with what they say. */
export type RateHeaders = Readonly<
  Record<'RateLimit-Policy' | 'RateLimit' | 'X-RateLimit-Limit' | 'X-RateLimit-Remaining' | 'X-RateLimit-Reset', string>
>;

/**
 * The fields of draft-ietf-httpapi-ratelimit-headers (seconds until the reset), which list the limits in the order given,
 * and the older X- trio (epoch seconds), which tells of the first. To a refused caller the seconds are those of
 * Retry-After, which must not be the shorter of the two.
 */
export function rateHeaders(first: PolicyStanding, others: readonly PolicyStanding[], now: number): RateHeaders {
  const all = [first, ...others];
  return {
    'RateLimit-Policy': all.map(policyItem).join(', '),
    RateLimit: all.map((standing) => standingItem(standing, now)).join(', '),
    'X-RateLimit-Limit': String(first.rate.count),
    'X-RateLimit-Remaining': String(first.remaining),
    'X-RateLimit-Reset': String(Math.ceil(first.resetAt / 1000)),
  };
}

function policyItem({ policy, rate }: PolicyStanding): string {
  return `"${policy}";q=${rate.count};w=${Math.ceil(rate.windowMs / 1000)}`;
}

function standingItem({ allowed, longestRetryS, policy, remaining, resetAt }: PolicyStanding, now: number): string {
  const wait = resetAt - now;
  const seconds = allowed ? Math.max(0, Math.ceil(wait / 1000)) : limitedSeconds(wait, longestRetryS);
  return `"${policy}";r=${remaining};t=${seconds}`;
}
