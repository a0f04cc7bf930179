// Imports nothing that runs: the check of answers is loaded into the process of the app, beside it.
import type { ApiErrorCode } from '../errors/api-error.ts';

/** Codes whose body is `{"success": false, "error": …}`; all other codes have `{"detail": …}`. */
export const SUCCESS_BODY_CODES: ReadonlySet<string> = new Set<ApiErrorCode>([
  'malformed_upload',
  'unknown_field',
  'missing_image',
  'upload_stalled',
  'photo_too_large',
  'unsupported_media_type',
  'photo_type',
  'photo_undecodable',
  'photo_space_full',
  'idempotency_running',
  'idempotency_mismatch',
  'providers_resting',
  'quota_exhausted',
  'busy',
]);
