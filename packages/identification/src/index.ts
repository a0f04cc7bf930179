export { IdentificationError, type IdentificationErrorCode, PhotoError, RejectedRequestError } from './errors.ts';
export { shortestAnswerLife } from './flow/answer-lifetime.ts';
export {
  createIdentificationService,
  type IdentificationOptions,
  type OperatedService,
} from './flow/create-service.ts';
export type {
  AnswerKind,
  CallOutcome,
  IdentificationService,
  IdentifyRequest,
  OperatedProvider,
  ProviderCall,
  ProviderHealth,
  ServiceHealth,
} from './flow/service.ts';
export type { CreditDecision, Spending } from './flow/spending.ts';
export type { Identification, ProviderReport, ProviderStatus, Suggestion, Verdict } from './identification.ts';
export type { PhotoLimits, UploadedPhoto } from './photos/types.ts';
export type { ProgressEvent } from './progress.ts';
export {
  type IdentifyOptions,
  ORGANS,
  type Organ,
  PROVIDERS,
  type ProviderName,
  type RejectedPart,
} from './provider.ts';
export { REFERENCE_IMAGE_HOSTS } from './providers/reference-image-hosts.ts';
export type { HistoryItem, HistoryPage, StoredIdentification } from './store/stored.ts';
