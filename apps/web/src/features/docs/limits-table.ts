import { TIER_NAMES, TIERS, type TierRates } from '../../lib/tiers.ts';

interface Rate {
  count: number;
  windowMs: number;
}

/** The rates that this server has for the callers of its API, by their names in the settings. */
export type CallerRates = TierRates &
  Readonly<Record<'anonymous' | 'signIn' | 'signInAddress' | 'register' | 'refresh', Rate>>;

/** A row of the table: what is counted, and the rate, by its name too. */
export interface LimitRow {
  name: keyof CallerRates;
  what: string;
  rate: Rate;
}

/**
 * Returns the limits of identifications by tier, then those of accounts and tokens.
 * @param requiresAccount whether identifications need an account
 */
export function limitsTable(rates: CallerRates, requiresAccount: boolean): LimitRow[] {
  const row = (name: keyof CallerRates, what: string): LimitRow => ({ name, what, rate: rates[name] });
  return [
    ...(requiresAccount ? [] : [row('anonymous', 'Identifications without an account, together')]),
    ...TIERS.map((tier) => row(tier, `Identifications of an account, tier ${TIER_NAMES[tier]}`)),
    row('signIn', 'Wrong passwords for an account, from one address'),
    row('signInAddress', 'Wrong passwords from one address'),
    row('register', 'New accounts from one address'),
    row('refresh', 'Refreshes of one sign-in'),
  ];
}
