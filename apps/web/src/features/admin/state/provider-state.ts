import type { CircuitState, Overview, ProviderName, QuotaUse } from '../../../lib/wire.ts';

/** State of a provider as operators see it: of its circuit, or a reason why calls would be useless. */
export type ProviderState = CircuitState | 'unpaid' | 'used_up';

export const STATE_NAMES: Readonly<Record<ProviderState, string>> = {
  closed: 'Closed',
  half_open: 'Half-open',
  open: 'Open',
  isolated: 'Isolated',
  off: 'Off',
  misconfigured: 'Key refused',
  unpaid: 'Unpaid',
  used_up: 'Used up',
};

type Providers = Pick<Overview, 'circuits' | 'quotas'>;

/**
 * Returns the state of a provider. A refused key and a lack of money need a person, so they come before the state of the
 * circuit; a used up quota ends by itself, so it comes after an open one.
 */
export function providerState(provider: ProviderName, overview: Providers): ProviderState {
  const { isolation, state, unpaid_since: unpaidSince } = overview.circuits[provider];
  if (isolation !== undefined) return 'isolated';
  if (state !== 'closed' && state !== 'open' && state !== 'half_open') return state;
  if (unpaidSince !== undefined) return 'unpaid';
  if (state === 'closed' && usedUpQuota(provider, overview) !== undefined) return 'used_up';
  return state;
}

/** Returns when the quota is full again, in milliseconds since 1970; infinity for one over the life of a key. */
function resetOf({ resets_at: resetsAt }: QuotaUse): number {
  return resetsAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(resetsAt);
}

/** Returns the quota without which the provider may not be called: of several, the one that is reset last. */
export function usedUpQuota(provider: ProviderName, { quotas }: Providers): QuotaUse | undefined {
  return quotas.rows
    .filter((row) => row.provider === provider && row.limit > 0 && row.used >= row.limit)
    .toSorted((one, other) => resetOf(one) - resetOf(other))
    .at(-1);
}

/** Returns whether new answers can come from a provider in this state, even if only from trials. */
export function canAnswer(state: ProviderState): boolean {
  return state === 'closed' || state === 'half_open';
}
