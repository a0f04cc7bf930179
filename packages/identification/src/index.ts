export {
  IdentificationError,
  type IdentificationErrorCode,
  PhotoError,
  type PhotoErrorReason,
  PhotoSpaceError,
  PhotoStoreUnavailableError,
  RejectedRequestError,
  type UnansweredCode,
} from './errors.ts';
export { createIdentificationService } from './identify/create-service.ts';
export type { FollowUpRun } from './identify/follow-up-sender.ts';
export type { ProgressEvent } from './identify/progress.ts';
export type {
  AnswerLease,
  AnswerType,
  CreditDecision,
  IdentificationOptions,
  IdentificationService,
  IdentifyRequest,
  IdentifyResult,
  OperatedProvider,
  OperatedService,
  ProviderCall,
  ProviderHealth,
  ServiceHealth,
  Spending,
} from './identify/service.ts';
export type { PhotoLimits } from './photos/types.ts';
export { displayNameOf, REFERENCE_IMAGE_HOSTS } from './providers/index.ts';
export { usedShare } from './quotas/periods.ts';
export { rateFactor, rateUnder, SHARE_WITHOUT_REDIS } from './quotas/rate-factor.ts';
export type { Counter as QuotaCounter } from './quotas/types.ts';
export type { OrphanDeletion, RefusedDeletion } from './store/delete.ts';
export type {
  ExportedIdentification,
  HistoryItem,
  HistoryPage,
  HistoryQuery,
  StoredFeedback,
  StoredIdentification,
} from './store/types.ts';
export {
  byProvider,
  type CacheLookup,
  type CallOutcome,
  CONFIRMING_PROVIDERS,
  FEEDBACK_RATINGS,
  type Identification,
  type IdentifyOptions,
  LEADING_PROVIDER,
  MAX_FEEDBACK_NAME_LENGTH,
  type MergedResult,
  mapProviders,
  ORGANS,
  type Organ,
  PROVIDER_NAMES,
  type ProviderName,
  type ProviderReport,
  type ProviderStatus,
  type RejectedPart,
  type Suggestion,
} from './types.ts';
