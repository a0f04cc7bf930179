export type { Problem } from './answer.ts';
export { ApiError, type ErrorCode } from './api-error.ts';
export {
  type Account,
  type CallOptions,
  createPlantClient,
  type Feedback,
  type Health,
  type HistoryFilter,
  type HistoryItem,
  type Identification,
  type IdentifyOptions,
  type Me,
  type NewFeedback,
  type PlantClient,
  type PlantClientOptions,
  type Registration,
  type StoredIdentification,
} from './client.ts';
export { ClientError, ConnectionLost, SignInChanged } from './client-error.ts';
export type { Organ, PlantPhoto, PlantPhotos } from './form.ts';
export type { components, operations, paths } from './generated/openapi.ts';
export type { RetryRules } from './retry.ts';
export type { Environment } from './send.ts';
export { type Credentials, memoryTokenStore, type TokenStore, type Tokens } from './session.ts';
