import type { Database } from '@plantcommunity/db';
import type { UploadedPhoto } from '@plantcommunity/http';
import type {
  CacheLock,
  Circuit,
  CircuitStatus,
  Clock,
  LeaseEvent,
  Lifetime,
  RedisConnection,
} from '@plantcommunity/resilience';
import type { Logger, Metrics } from '@plantcommunity/telemetry';
import type { DecoderLoad } from '../photos/normalize.ts';
import type { PhotoLimits } from '../photos/types.ts';
import type { Counter, DayUse, QuotaLimits, QuotaWindow } from '../quotas/types.ts';
import type { IdempotencyKeys } from '../store/idempotency-keys.ts';
import type { PhotoPlace, Store } from '../store/store.ts';
import type {
  ExportedIdentification,
  HistoryPage,
  HistoryQuery,
  StoredFeedback,
  StoredIdentification,
} from '../store/types.ts';
import type { CacheLookup, CallOutcome, Feedback, Identification, IdentifyOptions, ProviderName } from '../types.ts';
import type { FollowUpRun } from './follow-up-sender.ts';
import type { ProgressEvent } from './progress.ts';

/** Configuration of one provider. */
export interface ProviderConfig {
  /** Undefined: the provider is off. */
  apiKey: string | undefined;
  baseUrl: string;
  /** Time limit of one call. */
  timeoutMs: number;
  circuit: {
    failMax: number;
    resetTimeoutMs: number;
    maxResetTimeoutMs: number;
    successThreshold: number;
    trialPermits: number;
  };
}

export interface IdentificationOptions {
  providers: Readonly<Record<ProviderName, ProviderConfig>>;
  /** Our own limits of each provider's quota. */
  quotas: Readonly<Record<ProviderName, QuotaLimits>>;
  /** Maximum calls in flight per provider and process; above it callers get `busy`. */
  maxConcurrency: number;
  lifetime: Lifetime;
  /** `waitMs` undefined: a little longer than the provider's call may take. */
  lock: Required<Pick<CacheLock, 'renew' | 'ttlMs'>> & { readonly waitMs: number | undefined };
  photoLimits: PhotoLimits;
  /** Maximum concurrent photo decodes. Measured on two cores: two are as fast as eight. */
  decodeConcurrency: number;
  photos: PhotoPlace;
  /** Host name of the app, by which a copy of its database is recognised. */
  host: string;
  /** Bytes that the photos of one owner may use; 0: unlimited. The last identification may exceed it. */
  photoSpaceBytes: number;
  isDemo: boolean;
  /** Sends the trace of a request on to the providers, in `traceparent`; false unless given. */
  sendTraceparent?: boolean;
  database: Database;
  redis: RedisConnection;
  clock: Clock;
  logger: Logger;
  metrics: Pick<Metrics, 'providers' | 'circuits' | 'cache' | 'decodes'>;
  /** Called with the outcome of every question to a provider. */
  readonly onCall: (call: ProviderCall) => void;
  /** Called with the type of answer of each request. */
  readonly onAnswer: (type: AnswerType, request: Pick<IdentifyRequest, 'ownerId'>) => void;
  /** Called once for each question to a provider: where a fresh answer was found. */
  readonly onLookup?: (lookup: CacheLookup) => void;
  /** Called once this process learns from a call that the provider rejects the API key or requires payment. */
  readonly onAccessFault?: (provider: ProviderName) => void;
  /** Called with the events of the leases under which answers are loaded. */
  readonly onLease?: (provider: ProviderName, event: LeaseEvent) => void;
}

export interface IdentifyRequest {
  /** A UUID, by which the progress of the request is followed. */
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
  /** Aborts when the caller leaves. It detaches the caller only: a paid request that was sent is never aborted. */
  signal: AbortSignal;
  /**
   * The caller's own name for this request, kept for 24 hours. A repetition under the same name gets the first answer; it
   * calls no provider, and costs and stores nothing. The request goes on when its caller leaves.
   */
  idempotencyKey?: string;
  /** Receives the cost of the request, and may refuse it. */
  spending?: Spending;
}

/** Hooks by which the caller of a request reserves credits before it runs, and learns which calls were sent. */
export interface Spending {
  /**
   * Takes credits of the caller's shares, before a photo is decoded or a call is sent. Never rejects. Absent when the
   * caller has no share.
   */
  reserve?(credits: number): Promise<CreditDecision>;
  /** Called for each provider call that was sent for the request, or that was in flight when the request joined it. */
  onSent(provider: ProviderName): void;
}

export type CreditDecision =
  /** `settle` is called once, with the credits of the calls that the request pays for. */
  | { readonly allowed: true; settle(spent: number): void }
  /** `error`: thrown when no cached answer can be given. */
  | { readonly allowed: false; readonly error: Error; readonly retryAfterMs: number };

/** A question to a provider, for operators. */
export interface ProviderCall {
  provider: ProviderName;
  outcome: CallOutcome;
  /** Duration of a call that was sent. */
  durationMs?: number;
  /** Credits that a `cached` answer did not spend. */
  savedCredits?: number;
}

/**
 * What a request was answered with. `stale`: a part of the answer is; `cached`: all of it is; `retry`: no answer, the
 * caller was told to retry.
 */
export type AnswerType = 'cached' | 'stale' | 'fresh' | 'retry';

/** The answer of `identify`. */
export interface IdentifyResult {
  identification: Identification;
  /** False for the free repetition of a question whose first answer was partial: the caller gets its call refunded. */
  billable: boolean;
  /** Set when it is the kept answer of an earlier request with the same key, which is not billable. */
  replayed?: true;
}

export interface ProviderHealth {
  /** Its circuit is closed. */
  available: boolean;
  state: CircuitStatus | 'off' | 'misconfigured';
  /** Set while the provider is not asked because its quota is used up. */
  outOfQuota?: true;
  /** With state `misconfigured`: since when this process knows of it, in milliseconds since 1970. */
  misconfiguredSince?: number;
  /** Set while it is out of quota because no money is left: since when, in milliseconds since 1970. */
  unpaidSince?: number;
  failCount: number;
  failMax: number;
}

/** A lease under which one process asks a provider what several want to know. */
export interface AnswerLease {
  /** Name of the lease, which all processes have in common. */
  key: string;
  /** Start of the first photo's hash, by which people find a photo. */
  photo: string;
  /** Present while this process holds it: the owner's name in Redis, and the milliseconds since it was acquired. */
  held?: { readonly owner: string; readonly heldMs: number } | undefined;
  /** Number of callers of this process that wait for the answer. */
  waiting: number;
}

/** A provider as its operators see it. */
export interface OperatedProvider {
  /** Undefined: the provider is off. */
  readonly circuit: Circuit | undefined;
  readonly resetTimeoutMs: number;
  readonly maxResetTimeoutMs: number;
  /** Time limit of one call. */
  readonly timeoutMs: number;
  /** Share of a quota from 0 to 1 from which on its use is too high. */
  readonly warnAtShare: number;
  /** Credits of a call with the options that most callers send. */
  readonly usualCredits: number;
  /** Decided in memory. */
  health(): ProviderHealth;
  /** Returns the leases of answers that this process holds or waits for; none for a provider that is off. */
  leases(): readonly AnswerLease[];
  /** Returns how much of each quota is used, as last known; none for a provider that is off. */
  quotas(): readonly Counter[];
  /** Returns when the provider last reported a limit of this window, in milliseconds since 1970. */
  quotaReportedAt(window: QuotaWindow): number | undefined;
}

export interface ServiceHealth {
  providers: Readonly<Record<ProviderName, ProviderHealth>>;
  redis: boolean;
  database: boolean;
}

/** The whole identification, as transports call it. */
export interface IdentificationService {
  readonly photoLimits: PhotoLimits;
  /** The simulator answers for all providers. */
  readonly isDemo: boolean;
  /**
   * Returns the used share, from 0 to 1, of the quota that lowers the callers' rate limits (this month's paid credits),
   * as last known: at most a minute old; 0 when unlimited or unknown.
   */
  quotaUse(): number;
  /** @throws {PhotoError | IdentificationError} */
  identify(request: IdentifyRequest): Promise<IdentifyResult>;
  /**
   * Follows a request, which may not have arrived yet. `viewerId` is the signed-in user who follows; the progress of an
   * anonymous request is shown to every caller that knows its id. Ends a minute after the answer.
   */
  progress(requestId: string, viewerId: string | undefined, signal: AbortSignal): AsyncIterable<ProgressEvent>;
  health(): Promise<ServiceHealth>;
  /** Newest first. */
  history(ownerId: string, query: HistoryQuery): Promise<HistoryPage>;
  /** Returns undefined for ids of other owners, as for ids that do not exist. */
  find(ownerId: string, id: string): Promise<StoredIdentification | undefined>;
  /** Yields all identifications of the owner, newest first, and reads no further than its reader asks. */
  exportHistory(ownerId: string): AsyncGenerator<ExportedIdentification, void>;
  /** `index` counts from 1. */
  photo(ownerId: string, id: string, index: number): Promise<{ bytes: Buffer } | undefined>;
  /** Stores the owner's feedback; it replaces earlier feedback. Returns undefined if the owner has no such identification. */
  giveFeedback(ownerId: string, id: string, feedback: Feedback): Promise<StoredFeedback | undefined>;
  /** As {@link Store.delete}. */
  delete(ownerId: string, id: string): Promise<boolean>;
  /** As {@link Store.deleteAll}. */
  deleteAll(ownerId: string): Promise<void>;
  /** As {@link Store.restore}. */
  restore(ownerId: string, id: string): Promise<boolean>;
  /** As {@link Store.restoreAll}. */
  restoreAll(ownerId: string): Promise<void>;
  /** Removes all that an owner who leaves has identified, photos included. Call it again if it failed. */
  forget(ownerId: string): Promise<void>;
}

export interface OperatedService extends IdentificationService {
  readonly operated: Readonly<Record<ProviderName, OperatedProvider>>;
  /** Returns what each provider that is on was used on the UTC day of `at`. @throws errors of the database */
  usedOn(at: number): Promise<readonly DayUse[]>;
  /** Deletes the copies at providers to which nothing refers any more. @throws errors of the database */
  deleteProviderCopies(signal: AbortSignal): Promise<FollowUpRun>;
  /** Sends the ratings of owners to the providers whose answers they are about. @throws errors of the database */
  sendRatings(signal: AbortSignal): Promise<FollowUpRun>;
  /** As {@link Store.removeDeleted}. */
  removeDeleted(signal: AbortSignal): ReturnType<Store['removeDeleted']>;
  /** As {@link Store.fillSearch}. */
  fillSearch(signal: AbortSignal): ReturnType<Store['fillSearch']>;
  /** As {@link Store.deleteOlderThan}. */
  deleteOlderThan(...args: Parameters<Store['deleteOlderThan']>): ReturnType<Store['deleteOlderThan']>;
  /** As {@link Store.deleteOrphanedPhotos}. */
  deleteOrphanedPhotos(signal: AbortSignal): ReturnType<Store['deleteOrphanedPhotos']>;
  /** As {@link IdempotencyKeys.deleteExpired}. */
  deleteExpiredKeys(signal: AbortSignal): ReturnType<IdempotencyKeys['deleteExpired']>;
  readonly photoStore: Pick<Store, 'countOrphans' | 'freeBytes'>;
  /** Returns what the photo decoder of this process does now. */
  decoderLoad(): DecoderLoad;
  /** Starts the background work: following and correcting quotas and the state of API keys. Never throws. */
  start(): Promise<void>;
  /**
   * Resolves when no provider call is in flight, all answers are cached, and no photo is being stored in the
   * background.
   */
  settled(): Promise<void>;
  /** Aborts calls in flight and stops the background work. */
  close(): void;
}
