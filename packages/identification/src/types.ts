import type { UsageReport, UsageReporter } from './quotas/types.ts';

/** The two services that name plants, as they are called in code, logs, metrics and answers. */
export const PROVIDER_NAMES = ['plant_id', 'plantnet'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

export const ORGANS = ['auto', 'leaf', 'flower', 'fruit', 'bark', 'habit', 'other'] as const;
export type Organ = (typeof ORGANS)[number];

/** What a caller may ask for beside the photos; part of every cache key. */
export interface IdentifyOptions {
  /** Ask Plant.id about diseases too. */
  includeDiseases: boolean;
  /** One per photo, in order; empty: all `auto`. */
  organs: readonly Organ[];
  location?: { latitude: number; longitude: number };
  /** Language of common names: the primary subtag of a language tag, in lower case. */
  language?: string;
  /** A Pl@ntNet flora, `all` unless given. */
  project?: string;
}

/** What leaves for a provider: our own JPEGs (never the uploaded bytes) and the options. */
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
  /** 0 to 1; Plant.id's probability or Pl@ntNet's score, which must never be compared with each other. */
  score?: number;
  gbifId?: string;
  images: readonly ReferenceImage[];
}

/** Plant.id's scale: 1 dry to 3 wet. */
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
  /** That the plant is healthy. */
  probability: number;
  diseases: readonly Disease[];
}

/** A provider's answer in our own words: what is cached and merged. Plain JSON. */
export interface ProviderAnswer {
  provider: ProviderName;
  isPlant: boolean;
  /** Best first; empty when it is no plant. */
  candidates: readonly Candidate[];
  /** Of the best candidate. */
  care?: Care;
  health?: PlantHealth;
}

/**
 * What went wrong with a provider. `failed`: connection, 5xx, redirect or a body that breaks the contract;
 * `rejected`: a 4xx about this request; `quota`: out of credits; `misconfigured`: 401 or 403.
 */
export type ProviderErrorType = 'failed' | 'timeout' | 'rejected' | 'quota' | 'misconfigured';

/** Parts of a request that a provider may reject; `request`: it did not name a part. */
export const REJECTABLE_PARTS = ['project', 'organs', 'location', 'image', 'request'] as const;
export type RejectedPart = (typeof REJECTABLE_PARTS)[number];

export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly provider: ProviderName;
  readonly type: ProviderErrorType;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** The rejected part of the caller's request; undefined when the error is not about the request. */
  readonly rejected: RejectedPart | undefined;

  /** `message` is for our log only: redacted, never shown to a user. */
  constructor(
    provider: ProviderName,
    type: ProviderErrorType,
    message: string,
    options: {
      status?: number | undefined;
      retryAfterMs?: number | undefined;
      rejected?: RejectedPart | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.provider = provider;
    this.type = type;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.rejected = options.rejected;
  }
}

/** The number of a paid call, by which its answer can be asked for when it was lost on the way. */
export interface RecallId {
  /** Ours, and nobody else's: 1 up to 2^31. */
  readonly customId: number;
  /** When a call with this number left first, in milliseconds since 1970; absent: none has. */
  readonly sentAt?: number;
}

/** A client of one service. It never repeats a POST. */
export interface ProviderClient {
  readonly name: ProviderName;
  /** Scheme, host and port of its base URL: part of the cache key. */
  readonly origin: string;
  /** Changes when what we ask for or keep of an answer changes: part of the cache key. */
  readonly contractVersion: string;
  /** Supported languages, as primary subtags; any other one is replaced by the default of the provider. */
  readonly languages: ReadonlySet<string>;
  /**
   * @param ticket for a service that keeps its answers: one that was sent before is asked for first, and a new one is
   * paid only if there is none
   * @param meter hears what is not paid, and what the service says of our quota
   * @throws {ProviderError} and whatever aborts `signal`.
   */
  identify(
    request: ProviderRequest,
    signal: AbortSignal,
    ticket?: RecallId,
    meter?: UsageReporter,
  ): Promise<ProviderAnswer>;
  /**
   * Returns the part of the options that the provider is known to reject, without an identify call; undefined if none
   * is known. Never throws.
   */
  rejects?(options: IdentifyOptions, signal: AbortSignal): Promise<RejectedPart | undefined>;
  /**
   * Asks a free route what is used and left, and so whether service and key work.
   * @throws {ProviderError} and whatever aborts `signal`.
   */
  usage(signal: AbortSignal): Promise<UsageReport>;
}
