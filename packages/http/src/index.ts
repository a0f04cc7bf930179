export { parseJson, readJsonBody, readSmallBody } from './body/small-body.ts';
export {
  HTTP_ERROR_STATUS,
  HttpError,
  type HttpErrorCode,
  notMultipart,
  type ProblemBody,
  problemBody,
} from './errors.ts';
export { addressKey, clientAddress } from './guard/client-address.ts';
export { credentialHeaders, hasBearer, type OriginRules, requestRefusal } from './guard/origin.ts';
export { createRequestGuard, type RequestGuard, type RequestGuardConfig } from './guard/request-guard.ts';
export {
  type FieldValue,
  inMegabytes,
  oversizedPhotoMessage,
  type Upload,
  type UploadedPhoto,
  type UploadForm,
  type UploadLimits,
} from './multipart/form.ts';
export { readUpload } from './multipart/read-upload.ts';
export { createUploadMemory, type HeldMemory, type UploadMemory } from './multipart/upload-memory.ts';
