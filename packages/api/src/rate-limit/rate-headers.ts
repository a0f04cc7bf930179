import { type Item, serializeList } from 'structured-headers';
import { limitedSeconds } from '../errors/rate-limited.ts';
import type { Rate } from './rate-limiter.ts';

/** State of one of the limits that a call counts against. */
export interface PolicyStatus {
  /** Name of the limit. */
  policy: string;
  allowed: boolean;
  rate: Rate;
  remaining: number;
  /** Epoch milliseconds. */
  resetAt: number;
  /** Maximum Retry-After of a refused caller, in seconds; an hour unless given. */
  longestRetryS?: number;
}

/** The rate-limit headers by name. */
export type RateHeaders = Readonly<
  Record<'RateLimit-Policy' | 'RateLimit' | 'X-RateLimit-Limit' | 'X-RateLimit-Remaining' | 'X-RateLimit-Reset', string>
>;

/**
 * Builds the fields of draft-ietf-httpapi-ratelimit-headers (seconds until the reset), which list all limits in the
 * given order, and the three older X- fields (epoch seconds), which describe the first one. For a refused caller the
 * seconds equal those of Retry-After, which must not be shorter than the reset.
 */
export function rateHeaders(first: PolicyStatus, others: readonly PolicyStatus[], now: number): RateHeaders {
  const all = [first, ...others];
  return {
    'RateLimit-Policy': serializeList(all.map(policyItem)),
    RateLimit: serializeList(all.map((status) => statusItem(status, now))),
    'X-RateLimit-Limit': String(first.rate.count),
    'X-RateLimit-Remaining': String(first.remaining),
    'X-RateLimit-Reset': String(Math.ceil(first.resetAt / 1000)),
  };
}

function policyItem({ policy, rate }: PolicyStatus): Item {
  return [
    policy,
    new Map([
      ['q', rate.count],
      ['w', Math.ceil(rate.windowMs / 1000)],
    ]),
  ];
}

function statusItem({ allowed, longestRetryS, policy, remaining, resetAt }: PolicyStatus, now: number): Item {
  const wait = resetAt - now;
  const seconds = allowed ? Math.max(0, Math.ceil(wait / 1000)) : limitedSeconds(wait, longestRetryS);
  return [
    policy,
    new Map([
      ['r', remaining],
      ['t', seconds],
    ]),
  ];
}
