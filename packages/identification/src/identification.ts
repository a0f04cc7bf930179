import type { Care, PlantHealth, ProviderName, ReferenceImage, RejectedPart } from './types.ts';

/** One species as both providers together see it. */
export interface Suggestion {
  /** The best common name, else the scientific one. */
  plantName: string;
  scientificName: string;
  family?: string;
  genus?: string;
  /** Plant.id's; absent where Plant.id gave none. */
  probability?: number;
  sources: readonly { provider: ProviderName; score?: number; rank: number; of: number }[];
  gbifId?: string;
  images: readonly ReferenceImage[];
}

/**
 * How a provider fared in one identification. `resting`: open, isolated, or half-open without a permit; `off`: it
 * has no key.
 */
export type ProviderStatus = 'answered' | 'failed' | 'timeout' | 'resting' | 'busy' | 'quota' | 'misconfigured' | 'off';

/** The status of a provider, and the part of the request that it rejected, if any. */
export interface ProviderReport {
  status: ProviderStatus;
  rejected?: RejectedPart;
}

/** What both providers together say: computed from their answers, never cached. */
export interface MergedResult {
  isPlant: boolean;
  /** At most 5, best first; empty when it is no plant. */
  suggestions: readonly Suggestion[];
  confidence?: number;
  /** Said only when it is not Plant.id's. */
  confidenceSource?: 'plantnet';
  care?: Care;
  health?: PlantHealth;
}

export interface Identification extends MergedResult {
  /** ULID of the stored row; absent for anonymous callers. */
  id?: string;
  /** False if the identification could not be saved for its owner; it then has no id. */
  filed?: false;
  /** The simulator answered. */
  demo: boolean;
  /** A provider that is on did not answer. */
  partial: boolean;
  /** Every answer came out of the cache. */
  cached: boolean;
  stale: boolean;
  providers: Readonly<Record<ProviderName, ProviderReport>>;
}
