import { HttpError } from '@plantcommunity/http';
import type { UploadVerdict } from '@plantcommunity/telemetry';
import type { ApiError, ApiErrorCode } from '../errors/api-error.ts';

/** Codes that errors of an upload share with the verdicts. */
type Refusal = Extract<ApiErrorCode, UploadVerdict>;

/** Codes of errors that are always about the upload. */
const REFUSALS: ReadonlySet<ApiErrorCode> = new Set<Refusal>([
  'malformed_upload',
  'unknown_field',
  'missing_image',
  'invalid_request',
  'upload_stalled',
  'photo_too_large',
  'photo_type',
  'photo_undecodable',
]);

/**
 * Returns the verdict on the upload of a call that ended with `error`. It was accepted if the call failed later, such as
 * for want of a provider. `busy` is about the upload only when there was no memory for it.
 */
export function uploadVerdict(error: ApiError | undefined): UploadVerdict {
  if (error === undefined) return 'accepted';
  const { cause, code } = error;
  if (code === 'busy') return cause instanceof HttpError ? 'busy' : 'accepted';
  return isRefusal(code) ? code : 'accepted';
}

function isRefusal(code: ApiErrorCode): code is Refusal {
  return REFUSALS.has(code);
}
