import type { Tier } from './wire.ts';

/** Names of the tiers, the smallest first. */
export const TIER_NAMES: Readonly<Record<Tier, string>> = {
  free: 'Free',
  pro: 'Pro',
  premium: 'Premium',
  enterprise: 'Enterprise',
};

/** The tiers, the smallest first. */
export const TIERS: readonly Tier[] = ['free', 'pro', 'premium', 'enterprise'];

/** The rate limit of each tier. */
export type TierRates = Readonly<Record<Tier, { count: number; windowMs: number }>>;
