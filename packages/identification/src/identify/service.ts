import type { Circuit, CircuitStatus } from '@plantcommunity/resilience';
import type { Identification } from '../identification.ts';
import type { PhotoLimits, UploadedPhoto } from '../photos/types.ts';
import type { ProgressEvent } from '../progress.ts';
import type { HistoryPage, StoredIdentification } from '../store/types.ts';
import type { IdentifyOptions, ProviderName } from '../types.ts';
import type { Spending } from './spending.ts';

export interface IdentifyRequest {
  /** A UUID; progress is followed by it. */
  requestId: string;
  /** 1 to `photoLimits.maxPhotos`, in order. */
  photos: readonly UploadedPhoto[];
  options: IdentifyOptions;
  /** Absent for anonymous callers, whose identifications and photos are not stored. */
  ownerId?: string;
  /**
   * Gives cached answers only: no provider is called, and nothing is paid or saved. For a caller whose account could not
   * be confirmed, even if the database answers again.
   */
  cachedOnly?: boolean;
  /** Subject of the per-process limits: one string per user, or for all anonymous callers of one address. */
  subject?: string;
  /** Counts in those limits, too, together with all subjects of the same address. */
  address?: string;
  /** A client may follow the progress of this request by its id. */
  trackProgress: boolean;
  /** The caller's leaving. It detaches the caller only: a paid request that left is never aborted. */
  signal: AbortSignal;
  /** Learns the cost of the request, and may refuse it. */
  spending?: Spending;
}

/** The answer of `identify`. */
export interface IdentifyResult {
  identification: Identification;
  /** False for the free repetition of a question whose first answer was partial: the caller gets its call refunded. */
  billable: boolean;
}

export interface ProviderHealth {
  /** Its circuit is closed. */
  available: boolean;
  state: CircuitStatus | 'off' | 'misconfigured';
  /** Said while it is not asked because it has no identifications left for us. */
  outOfQuota?: true;
  failCount: number;
  failMax: number;
}

/** A provider as its operators see it. */
export interface OperatedProvider {
  /** Undefined: the provider is off. */
  readonly circuit: Circuit | undefined;
  readonly resetTimeoutMs: number;
  readonly maxResetTimeoutMs: number;
  /** Of one call. */
  readonly timeoutMs: number;
  /** Decided in memory. */
  health(): ProviderHealth;
}

/**
 * Outcome of a question to a provider. Sent: `ok` (the service works, with any answer about the photos), `failed`,
 * `timeout`. Not sent: `refused` by the circuit, `isolated` by an operator, `held_back` because there are no credits,
 * no accepted API key, no free slot or no waiting request, or because the request is known to be rejected. Answered
 * without a call of its own: `cached`, from the cache or by another request's call; `stale`, from the cache past its
 * TTL, often after the question was not sent.
 */
export type CallOutcome = 'ok' | 'failed' | 'timeout' | 'refused' | 'isolated' | 'held_back' | 'cached' | 'stale';

export interface ProviderCall {
  provider: ProviderName;
  outcome: CallOutcome;
  /** Of a call that was sent. */
  durationMs?: number;
}

/** What a request got; `stale` as soon as a part of it is, `cached` when all of it is kept, `wait`: to come again. */
export type AnswerType = 'cached' | 'stale' | 'fresh' | 'retry';

export interface ServiceHealth {
  providers: { plant_id: ProviderHealth; plantnet: ProviderHealth };
  redis: boolean;
  database: boolean;
}

/** What an identification is, to those who offer it: the whole flow behind a handful of verbs. */
export interface IdentificationService {
  readonly photoLimits: PhotoLimits;
  /** The simulator answers for both providers. */
  readonly isDemo: boolean;
  /**
   * Share from 0 to 1 of this month's Plant.id credits that is used, as last known: at most a minute old; 0 when
   * unlimited or unknown.
   */
  quotaUse(): number;
  /** @throws {PhotoError | IdentificationError} */
  identify(request: IdentifyRequest): Promise<IdentifyResult>;
  /**
   * Follows a request, which may not have arrived yet. `viewerId` is the signed-in user who asks; an anonymous
   * request is told to whoever knows its id. Ends a minute after the answer.
   */
  progress(requestId: string, viewerId: string | undefined, signal: AbortSignal): AsyncIterable<ProgressEvent>;
  health(): Promise<ServiceHealth>;
  /** Newest first. `cursor` is opaque and comes from the page before. */
  history(ownerId: string, page: { limit: number; cursor?: string }): Promise<HistoryPage>;
  /** Undefined for ids that are not this owner's, as for ids that do not exist. */
  find(ownerId: string, id: string): Promise<StoredIdentification | undefined>;
  /** `index` counts from 1. */
  photo(ownerId: string, id: string, index: number): Promise<{ bytes: Buffer } | undefined>;
  /** Removes all that was identified for the owner, with its photos. What failed is ended by calling it again. */
  forget(ownerId: string): Promise<void>;
}
