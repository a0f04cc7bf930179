import type { CircuitState, Overview, ProviderName, QuotaUse } from '../../../lib/wire.ts';
import type { Tone } from '../../../ui/tone.ts';

/** State of a provider as operators see it: of its circuit, or a reason why calls would be useless. */
export type ProviderState = CircuitState | 'unpaid' | 'used_up';

export const STATE_NAMES: Readonly<Record<ProviderState, string>> = {
  closed: 'Closed',
  half_open: 'Half-open',
  open: 'Open',
  isolated: 'Isolated',
  off: 'Off',
  misconfigured: 'Key rejected',
  unpaid: 'Unpaid',
  used_up: 'Used up',
};

/** The tone of each state. */
export const STATE_TONES = {
  closed: 'leaf',
  half_open: 'half',
  open: 'open',
  isolated: 'isolated',
  off: 'quiet',
  misconfigured: 'open',
  unpaid: 'open',
  used_up: 'half',
} as const satisfies Record<ProviderState, Tone>;

/**
 * Returns the state of a provider. A rejected key and a lack of money need a person, so they come before the state of the
 * circuit; a used up quota ends by itself, so it comes after an open one.
 */
export function providerState(provider: ProviderName, { circuits }: Pick<Overview, 'circuits'>): ProviderState {
  const { isolation, out_of_quota: isOutOfQuota, state, unpaid_since: unpaidSince } = circuits[provider];
  if (isolation !== undefined) return 'isolated';
  if (state !== 'closed' && state !== 'open' && state !== 'half_open') return state;
  if (unpaidSince !== undefined) return 'unpaid';
  if (state === 'closed' && isOutOfQuota) return 'used_up';
  return state;
}

/** Returns when the quota allows calls again, in milliseconds since 1970; infinity for one that no reset fills. */
function resetOf({ limit, resets_at: resetsAt }: QuotaUse): number {
  return resetsAt === undefined || limit === 0 ? Number.POSITIVE_INFINITY : Date.parse(resetsAt);
}

/**
 * Returns the quota that is used up: of several, the one that is reset last. A provider may refuse calls without such a
 * quota: when it said so without numbers, or when too little is left for a usual call.
 */
export function usedUpQuota(provider: ProviderName, { quotas }: Pick<Overview, 'quotas'>): QuotaUse | undefined {
  return quotas.rows
    .filter((row) => row.provider === provider && row.used >= row.limit)
    .toSorted((one, other) => resetOf(one) - resetOf(other))
    .at(-1);
}

/** Returns whether new answers can come from a provider in this state, even if only from trials. */
export function canAnswer(state: ProviderState): boolean {
  return state === 'closed' || state === 'half_open';
}
