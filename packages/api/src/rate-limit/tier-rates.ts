import type { Principal } from '@plantcommunity/auth';
import type { Rate } from './rate-limiter.ts';

/** Identification rates: of all anonymous callers together, and of a user of each tier. */
export type IdentifyRates = Readonly<Record<'anonymous' | Principal['tier'], Rate>>;

/** Callers that a rate limit counts together, and their rate. */
export interface RateLimitSubject {
  /** Key of the count. */
  key: string;
  /** Name of the limit in the RateLimit headers. */
  policy: string;
  rate: Rate;
}

/** Returns the subject of the identify limit: a user with the rate of its tier, or all anonymous callers together. */
export function rateLimitSubjectOf(
  principal: Pick<Principal, 'tier' | 'userId'> | undefined,
  rates: IdentifyRates,
): RateLimitSubject {
  if (principal === undefined) return { key: 'anonymous', policy: 'identify-anonymous', rate: rates.anonymous };
  return { key: `user:${principal.userId}`, policy: `identify-${principal.tier}`, rate: rates[principal.tier] };
}
