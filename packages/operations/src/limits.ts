import { rateFactor, rateUnder } from '@plantcommunity/identification';
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
    /** The configured rate under the factor. */
    inForce: Rate;
    /** Calls that were answered with 429 in the last hour. */
    refused: number;
  }[];
  /** What the configured rates are multiplied by while the month's credits run out. */
  factor: number;
}

/** @param options `quotaUse`: the used share of the month's credits, from 0 to 1 */
export function limitsOverview(options: {
  rates: Readonly<Record<RateTier, Rate>>;
  quotaUse: number;
  refused: Readonly<Record<RateTier, number>>;
}): LimitsOverview {
  const { quotaUse, rates, refused } = options;
  const factor = rateFactor(quotaUse);
  return {
    rows: RATE_TIERS.map((tier) => {
      const { count, windowMs } = rates[tier];
      const configured = { count, windowMs };
      return { tier, configured, inForce: rateUnder(factor, configured), refused: refused[tier] };
    }),
    factor,
  };
}
