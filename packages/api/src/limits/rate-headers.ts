import type { Counted } from './identify-limit.ts';
import { limitedSeconds } from './retry-after.ts';

/**
 * The fields of draft-ietf-httpapi-ratelimit-headers (seconds until the reset), and the older X- trio (epoch seconds).
 * To a refused caller the seconds are those of Retry-After, which must not be the shorter of the two.
 */
export function rateHeaders({ allowed, policy, rate, remaining, resetAt }: Omit<Counted, 'refund'>, now: number) {
  const wait = resetAt - now;
  const seconds = allowed ? Math.max(0, Math.ceil(wait / 1000)) : limitedSeconds(wait);
  return {
    'RateLimit-Policy': `"${policy}";q=${rate.count};w=${Math.ceil(rate.windowMs / 1000)}`,
    RateLimit: `"${policy}";r=${remaining};t=${seconds}`,
    'X-RateLimit-Limit': String(rate.count),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(Math.ceil(resetAt / 1000)),
  };
}
