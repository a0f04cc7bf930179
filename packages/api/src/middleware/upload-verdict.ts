import { HttpError } from '@plantcommunity/http';
import { UPLOAD_REFUSALS, type UploadVerdict } from '@plantcommunity/telemetry';
import type { ApiError, ApiErrorCode } from '../errors/api-error.ts';

/** Codes of errors that are always about the upload. */
const REFUSALS: ReadonlySet<ApiErrorCode> = new Set<ApiErrorCode>(UPLOAD_REFUSALS);

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

function isRefusal(code: ApiErrorCode): code is (typeof UPLOAD_REFUSALS)[number] {
  return REFUSALS.has(code);
}
