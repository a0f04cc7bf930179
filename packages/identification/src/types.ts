/** Names of the providers in code, logs and answers. The first one leads. */
export const PROVIDER_NAMES = ['plant_id', 'plantnet'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** The provider that leads: its scores are probabilities. The others confirm and complete what it answers. */
export const [LEADING_PROVIDER, ...CONFIRMING_PROVIDERS] = PROVIDER_NAMES;
export type ConfirmingProviderName = (typeof CONFIRMING_PROVIDERS)[number];

/** Whether the provider is not the leading one: its scores are not probabilities. */
export function isConfirming(name: ProviderName): name is ConfirmingProviderName {
  return name !== LEADING_PROVIDER;
}

/** Returns `valueOf` of each value of a record by provider. */
export function mapProviders<In, Out>(
  values: Readonly<Record<ProviderName, In>>,
  valueOf: (value: In, name: ProviderName) => Out,
): Record<ProviderName, Out> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the record; Object.keys forgets their type
  const names = Object.keys(values) as ProviderName[];
  return byProvider((name) => valueOf(values[name], name), names);
}

/** Returns a record with `valueOf` of each name. */
export function byProvider<Out>(
  valueOf: (name: ProviderName) => Out,
  names: readonly ProviderName[] = PROVIDER_NAMES,
): Record<ProviderName, Out> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one entry per name; fromEntries forgets their type
  return Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<ProviderName, Out>;
}

export const ORGANS = ['auto', 'leaf', 'flower', 'fruit', 'bark', 'habit', 'other'] as const;
export type Organ = (typeof ORGANS)[number];

/** Options of a request beside its photos; those that a provider is sent are part of its cache key. */
export interface IdentifyOptions {
  /** Ask about the plant's health, too. */
  includeDiseases: boolean;
  /** One per photo, in order; empty: all `auto`. */
  organs: readonly Organ[];
  location?: { latitude: number; longitude: number };
  /** Language of common names: the primary subtag of a language tag, in lower case. */
  language?: string;
  /** A flora by the provider's id, `all` unless given. */
  project?: string;
}

/** What an owner says about an answer: it is right, it is wrong, or it is wrong and the owner names the plant. */
export const FEEDBACK_RATINGS = ['right', 'not_this', 'it_is'] as const;
export type FeedbackRating = (typeof FEEDBACK_RATINGS)[number];

/** Maximum length of a plant's name in feedback, in UTF-16 units. */
export const MAX_FEEDBACK_NAME_LENGTH = 200;

/** An owner's feedback on an answer. */
export interface Feedback {
  rating: FeedbackRating;
  /** Name of the plant, with `it_is` only. It is stored for the owner and sent to no provider. */
  name?: string;
}

/** A request to a provider: our own JPEGs (never the uploaded bytes) and the options. */
export interface ProviderRequest {
  photos: readonly Buffer[];
  options: IdentifyOptions;
}

export interface ReferenceImage {
  url: string;
  author?: string;
  license?: string;
}

/** One species as one provider named it. */
export interface Candidate {
  /** Without authors. */
  scientificName: string;
  commonNames: readonly string[];
  family?: string;
  genus?: string;
  /** 0 to 1, on the provider's own scale: scores of two providers must never be compared. */
  score?: number;
  gbifId?: string;
  images: readonly ReferenceImage[];
}

/** How to care for a plant; watering goes from 1, dry, to 3, wet. */
export interface Care {
  watering?: { min: number; max: number };
  light?: string;
  soil?: string;
}

export interface Disease {
  name: string;
  probability: number;
  description?: string;
  treatment?: { chemical?: readonly string[]; biological?: readonly string[]; prevention?: readonly string[] };
}

export interface PlantHealth {
  isHealthy: boolean;
  /** Probability that the plant is healthy. */
  probability: number;
  diseases: readonly Disease[];
}

/** A provider's answer in our own terms: cached and merged. Plain JSON. */
export interface ProviderAnswer {
  provider: ProviderName;
  isPlant: boolean;
  /** Best first; empty when it is no plant. */
  candidates: readonly Candidate[];
  /** For the best candidate. */
  care?: Care;
  health?: PlantHealth;
  /** Token of the copy that the provider keeps of photos and answer; absent if it keeps none. */
  copyToken?: string;
}

/** Parts of a request that a provider may reject; `request`: it did not name a part. */
export const REJECTABLE_PARTS = ['project', 'organs', 'location', 'image', 'request'] as const;
export type RejectedPart = (typeof REJECTABLE_PARTS)[number];

/** One species as all providers together see it. */
export interface Suggestion {
  /** The best common name, else the scientific one. */
  plantName: string;
  scientificName: string;
  family?: string;
  genus?: string;
  /** Probability by the leading provider; absent where it gave none. */
  probability?: number;
  sources: readonly { provider: ProviderName; score?: number; rank: number; of: number }[];
  gbifId?: string;
  images: readonly ReferenceImage[];
}

/**
 * Result of asking one provider in one identification. `resting`: open, isolated, or half-open without a permit; `off`:
 * the provider has no key.
 */
export type ProviderStatus = 'answered' | 'failed' | 'timeout' | 'resting' | 'busy' | 'quota' | 'misconfigured' | 'off';
export type UnansweredStatus = Exclude<ProviderStatus, 'answered'>;

/** The status of a provider, and the part of the request that it rejected, if any. */
export interface ProviderReport {
  status: ProviderStatus;
  rejected?: RejectedPart;
}

/** The answers of all providers merged: computed from them, never cached. */
export interface MergedResult {
  isPlant: boolean;
  /** At most 5, best first; empty when it is no plant. */
  suggestions: readonly Suggestion[];
  confidence?: number;
  /** The provider whose score the confidence is; absent when it is the leading provider's probability. */
  confidenceSource?: ConfirmingProviderName;
  care?: Care;
  health?: PlantHealth;
}

/** A whole identification, as callers get it. */
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

/**
 * Outcome of a question to a provider. Sent: `ok` (the service works, with any answer about the photos), `failed`,
 * `timeout`. Not sent: `refused` by the circuit, `isolated` by an operator, `held_back` because there are no credits,
 * no accepted API key, no free slot or no waiting request, or because the request is known to be rejected. Answered
 * without a call of its own: `cached`, from the cache or by another request's call; `stale`, from the cache past its
 * TTL, often after the question was not sent.
 */
export type CallOutcome = 'ok' | 'failed' | 'timeout' | 'refused' | 'isolated' | 'held_back' | 'cached' | 'stale';

/** Where the answer cache of a provider had a fresh answer. */
export interface CacheLookup {
  provider: ProviderName;
  result: 'memory' | 'redis' | 'miss';
}
