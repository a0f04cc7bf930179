import type { ProviderName, ProviderStatus } from './wire.ts';

export const PROVIDERS = ['plant_id', 'plantnet'] as const satisfies readonly ProviderName[];

export const PROVIDER_NAMES: Readonly<Record<ProviderName, string>> = { plant_id: 'Plant.id', plantnet: 'Pl@ntNet' };

export const otherProvider = (provider: ProviderName): ProviderName =>
  provider === 'plant_id' ? 'plantnet' : 'plant_id';

/** Texts for a provider without an answer: before its name, and after it. */
export const UNANSWERED: Readonly<Record<Exclude<ProviderStatus, 'answered'>, { heading: string; phrase: string }>> = {
  failed: { heading: 'No answer', phrase: 'gave no answer' },
  timeout: { heading: 'Too slow', phrase: 'took too long' },
  resting: { heading: 'Resting', phrase: 'is resting' },
  busy: { heading: 'Busy', phrase: 'is busy' },
  quota: { heading: 'Used up', phrase: 'has no identifications left for now' },
  misconfigured: { heading: 'Not asked', phrase: 'cannot be asked at the moment' },
  off: { heading: 'Not asked', phrase: 'is not asked here' },
};
