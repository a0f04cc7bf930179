import { underQuota } from './quota-factor.ts';
import type { Consumed, RateLimiter } from './rate-limiter.ts';
import type { RateLimitSubject } from './subject.ts';

/** What became of one counted call. */
export interface CountedCall extends Omit<Consumed, 'refund'> {
  /** Names the subject in the RateLimit headers. */
  policy: string;
  /** Refunds the call unless the subject has used up its refunds. Returns whether it was refunded. Never throws. */
  refund(): Promise<boolean>;
}

/** Maximum refunds in a window, as a multiple of its calls: without a maximum, refunded calls could go on forever. */
const REFUNDS = 2;

/** What an subject may still do. */
export interface Usage {
  /** As many calls a window, as things are. */
  limit: number;
  remaining: number;
  /** Epoch milliseconds: when all are there again. */
  resetAt: number;
}

export interface IdentifyLimit {
  /** Counts one call of this subject. Never throws. */
  consume(subject: RateLimitSubject): Promise<CountedCall>;
  /** Counts nothing. Never throws. */
  peek(subject: RateLimitSubject): Promise<Usage>;
}

/**
 * How often somebody may identify. The number is worked out for each call, from the tier and `quotaUse`, the share of
 * the month's credits that is used: what changes holds from the next call on, and what is used stays used.
 */
export function createIdentifyLimit(options: { window: RateLimiter; quotaUse: () => number }): IdentifyLimit {
  const { quotaUse, window } = options;
  return {
    async consume({ key, policy, rate }) {
      const taken = await window.consume(keyOf(key), underQuota(rate, quotaUse()));
      const { allowed, remaining, resetAt } = taken;
      const refunds = { count: REFUNDS * taken.rate.count, windowMs: rate.windowMs };
      return {
        allowed,
        policy,
        rate: taken.rate,
        remaining,
        resetAt,
        async refund() {
          const refunded = await window.consume(`refund:${keyOf(key)}`, refunds);
          if (refunded.allowed) await taken.refund();
          return refunded.allowed;
        },
      };
    },
    async peek({ key, rate }) {
      const balance = await window.peek(keyOf(key), underQuota(rate, quotaUse()));
      return { limit: balance.rate.count, remaining: balance.remaining, resetAt: balance.fullAt };
    },
  };
}

const keyOf = (key: string) => `identify:${key}`;
