import type { Clock } from '@plantcommunity/resilience';
import { assembleCreditShares, type CreditShares } from '../rate-limit/credit-shares.ts';
import { createLocalCredits } from '../rate-limit/local-credits.ts';
import { createLocalRateLimiter } from '../rate-limit/local-rate-limiter.ts';
import type { RateLimiter } from '../rate-limit/rate-limiter.ts';

/** Allows the whole rate, as Redis does. */
export function inProcessRateLimiter(clock: Clock): RateLimiter {
  const local = createLocalRateLimiter(clock);
  return {
    consume: async (key, rate) => local.consume(key, rate),
    peek: async (key, rate) => local.peek(key, rate),
  };
}

/** Counts the full shares in this process, as Redis does for all instances. */
export function inProcessCredits(
  options: Omit<Parameters<typeof assembleCreditShares>[0], 'shared' | 'ask'>,
): CreditShares {
  return assembleCreditShares({ ...options, shared: createLocalCredits(), ask: async (shared) => shared() });
}
