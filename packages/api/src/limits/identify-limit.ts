import type { Audience } from './audience.ts';
import { underQuota } from './quota-factor.ts';
import type { RateWindow, Taken } from './rate-window.ts';

/** What became of one counted call. */
export interface Counted extends Omit<Taken, 'giveBack'> {
  /** Names the audience in the RateLimit headers. */
  policy: string;
  /** Refunds the call unless the audience has used up its refunds. Returns whether it was refunded. Never throws. */
  refund(): Promise<boolean>;
}

/** Maximum refunds in a window, as a multiple of its calls: without a maximum, refunded calls could go on forever. */
const REFUNDS = 2;

/** What an audience may still do. */
interface Usage {
  /** As many calls a window, as things are. */
  limit: number;
  remaining: number;
  /** Epoch milliseconds: when all are there again. */
  resetAt: number;
}

export interface IdentifyLimit {
  /** Counts one call of this audience. Never throws. */
  count(audience: Audience): Promise<Counted>;
  /** Counts nothing. Never throws. */
  usage(audience: Audience): Promise<Usage>;
}

/**
 * How often somebody may identify. The number is worked out for each call, from the tier and `quotaUse`, the share of
 * the month's credits that is used: what changes holds from the next call on, and what is used stays used.
 */
export function createIdentifyLimit(options: { window: RateWindow; quotaUse: () => number }): IdentifyLimit {
  const { quotaUse, window } = options;
  return {
    async count({ key, policy, rate }) {
      const taken = await window.take(keyOf(key), underQuota(rate, quotaUse()));
      const { allowed, remaining, resetAt } = taken;
      const refunds = { count: REFUNDS * taken.rate.count, windowMs: rate.windowMs };
      return {
        allowed,
        policy,
        rate: taken.rate,
        remaining,
        resetAt,
        async refund() {
          const refunded = await window.take(`refund:${keyOf(key)}`, refunds);
          if (refunded.allowed) await taken.giveBack();
          return refunded.allowed;
        },
      };
    },
    async usage({ key, rate }) {
      const balance = await window.look(keyOf(key), underQuota(rate, quotaUse()));
      return { limit: balance.rate.count, remaining: balance.remaining, resetAt: balance.fullAt };
    },
  };
}

const keyOf = (key: string) => `identify:${key}`;
