import { rateFactor, rateUnder } from '@plantcommunity/identification';
import type { Consumed, RateLimiter } from './rate-limiter.ts';
import type { RateLimitSubject } from './tier-rates.ts';

/** Result of counting one call. */
export interface CountedCall extends Omit<Consumed, 'refund'> {
  /** Name of the limit in the RateLimit headers. */
  policy: string;
  /** Refunds the call unless the subject has used up its refunds. Returns whether it was refunded. Never throws. */
  refund(): Promise<boolean>;
}

/** Maximum refunds in a window, as a multiple of its calls; otherwise refunded calls could go on forever. */
const REFUNDS = 2;

/** The remaining calls of a subject. */
export interface Usage {
  /** Calls that a window allows now. */
  limit: number;
  remaining: number;
  /** Epoch milliseconds: when all calls remain again. */
  resetAt: number;
}

export interface IdentifyLimit {
  /** Counts one call of the subject. Never throws. */
  consume(subject: RateLimitSubject): Promise<CountedCall>;
  /** Returns the usage without counting a call. Never throws. */
  peek(subject: RateLimitSubject): Promise<Usage>;
}

/**
 * Limits identifications. The limit is computed for each call from the subject's rate and from `quotaUse`, the used
 * share of the month's credits. A change applies from the next call on; calls already counted stay counted.
 */
export function createIdentifyLimit(options: { limiter: RateLimiter; quotaUse: () => number }): IdentifyLimit {
  const { quotaUse, limiter } = options;
  return {
    async consume({ key, policy, rate }) {
      const consumed = await limiter.consume(keyOf(key), rateUnder(rateFactor(quotaUse()), rate));
      const { allowed, remaining, resetAt } = consumed;
      const refunds = { count: REFUNDS * consumed.rate.count, windowMs: rate.windowMs };
      return {
        allowed,
        policy,
        rate: consumed.rate,
        remaining,
        resetAt,
        async refund() {
          const refunded = await limiter.consume(`refund:${keyOf(key)}`, refunds);
          if (refunded.allowed) await consumed.refund();
          return refunded.allowed;
        },
      };
    },
    async peek({ key, rate }) {
      const balance = await limiter.peek(keyOf(key), rateUnder(rateFactor(quotaUse()), rate));
      return { limit: balance.rate.count, remaining: balance.remaining, resetAt: balance.fullAt };
    },
  };
}

const keyOf = (key: string) => `identify:${key}`;
