import type { Counted } from './identify-limit.ts';

/**
 * The fields of draft-ietf-httpapi-ratelimit-headers (seconds until the reset), and the older X- trio (epoch seconds).
 */
export function rateHeaders({ policy, rate, remaining, resetAt }: Omit<Counted, 'giveBack'>, now: number) {
  const seconds = Math.max(0, Math.ceil((resetAt - now) / 1000));
  return {
    'RateLimit-Policy': `"${policy}";q=${rate.count};w=${Math.ceil(rate.windowMs / 1000)}`,
    RateLimit: `"${policy}";r=${remaining};t=${seconds}`,
    'X-RateLimit-Limit': String(rate.count),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(Math.ceil(resetAt / 1000)),
  };
}
