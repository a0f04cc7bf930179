export { IdentificationError, type IdentificationErrorCode, PhotoError, RejectedRequestError } from './errors.ts';
export type { Identification, MergedResult, ProviderReport, ProviderStatus, Suggestion } from './identification.ts';
export {
  createIdentificationService,
  type IdentificationOptions,
  type OperatedService,
} from './identify/create-service.ts';
export type {
  AnswerType,
  CallOutcome,
  IdentificationService,
  IdentifyRequest,
  IdentifyResult,
  OperatedProvider,
  ProviderCall,
  ProviderHealth,
  ServiceHealth,
} from './identify/service.ts';
export type { CreditDecision, Spending } from './identify/spending.ts';
export type { PhotoLimits, UploadedPhoto } from './photos/types.ts';
export type { ProgressEvent } from './progress.ts';
export { REFERENCE_IMAGE_HOSTS } from './providers/reference-image-hosts.ts';
export type { HistoryItem, HistoryPage, StoredIdentification } from './store/types.ts';
export {
  type IdentifyOptions,
  ORGANS,
  type Organ,
  PROVIDER_NAMES,
  type ProviderName,
  type RejectedPart,
} from './types.ts';
