import type { Principal } from '@plantcommunity/auth';
import type { ApiConfig, Rate } from '../config.ts';

/** Whom a limit counts together, and how much they may. */
export interface RateLimitSubject {
  /** What is counted under. */
  key: string;
  /** Told in the RateLimit headers. */
  policy: string;
  rate: Rate;
}

/** A user counts alone, by tier; all anonymous callers count as one. */
export function rateLimitSubjectOf(
  principal: Pick<Principal, 'tier' | 'userId'> | undefined,
  rates: ApiConfig['rates'],
): RateLimitSubject {
  if (principal === undefined) return { key: 'anonymous', policy: 'identify-anonymous', rate: rates.anonymous };
  return { key: `user:${principal.userId}`, policy: `identify-${principal.tier}`, rate: rates[principal.tier] };
}
