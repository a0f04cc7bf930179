import { rateFactor, rateUnder, SHARE_WITHOUT_REDIS } from '@plantcommunity/identification';
import type { Refusals } from './stats/figures.ts';
import { RATE_TIERS, type RateTier } from './stats/minute-counts.ts';

/** A rate limit: `count` calls in a window. */
interface Rate {
  count: number;
  windowMs: number;
}

/** The rate limits of identifications. */
export interface LimitsOverview {
  rows: readonly {
    tier: RateTier;
    configured: Rate;
    /** The configured rate under the factor; without Redis a tenth of that, which each instance counts alone. */
    inForce: Rate;
    /** Calls that were answered with 429 in the last hour. */
    refused: number;
    /** The same calls in each of the periods. */
    refusedByPeriod: readonly number[];
  }[];
  /** When each period of the last hour began, in milliseconds since 1970, oldest first. */
  periods: readonly number[];
  /** What the configured rates are multiplied by while the month's credits run out. */
  factor: number;
}

/** @param options `quotaUse`: the used share of the month's credits, from 0 to 1; `shared`: Redis counts the calls */
export function limitsOverview(options: {
  rates: Readonly<Record<RateTier, Rate>>;
  quotaUse: number;
  shared: boolean;
  refusals: Refusals;
}): LimitsOverview {
  const { quotaUse, rates, refusals, shared } = options;
  const factor = rateFactor(quotaUse);
  return {
    rows: RATE_TIERS.map((tier) => {
      const { count, windowMs } = rates[tier];
      const configured = { count, windowMs };
      const lowered = rateUnder(factor, configured);
      const refusedByPeriod = refusals.counts[tier];
      return {
        tier,
        configured,
        inForce: shared ? lowered : rateUnder(SHARE_WITHOUT_REDIS, lowered),
        refused: refusedByPeriod.reduce((total, calls) => total + calls, 0),
        refusedByPeriod,
      };
    }),
    periods: refusals.periods,
    factor,
  };
}
