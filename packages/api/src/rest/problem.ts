import { problemBody } from '@plantcommunity/http';
import { type ApiError, type ApiErrorCode, detailWithFields } from '../errors/api-error.ts';

export type Namespace = 'v1' | 'legacy';

const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded';

/** Codes whose old body was `{"success": false, "error": …}`; all others said `{"detail": …}`. */
const OLD_SUCCESS_BODY: ReadonlySet<ApiErrorCode> = new Set([
  'malformed_upload',
  'unknown_field',
  'missing_image',
  'upload_stalled',
  'photo_too_large',
  'photo_type',
  'photo_undecodable',
  'providers_resting',
  'quota_exhausted',
  'busy',
]);

/** The body of RFC 9457, with our code, the request id and the fields that are wrong. */
function problem(error: ApiError, requestId: string) {
  const body = problemBody(error, requestId, error.code === 'rate_limited' ? QUOTA_EXCEEDED : undefined);
  return { ...body, ...(error.errors === undefined ? {} : { errors: error.errors }) };
}

/** An error as the namespace's clients read it: problem+json in v1, the former system's bodies in legacy. */
export function errorResponse(
  error: ApiError,
  namespace: Namespace,
  requestId: string,
  /** Further members of v1's body. */
  members: Readonly<Record<string, string>> = {},
): Response {
  const headers = new Headers(error.headers);
  if (namespace === 'v1') {
    headers.set('Content-Type', 'application/problem+json');
    return new Response(JSON.stringify({ ...problem(error, requestId), ...members }), {
      status: error.status,
      headers,
    });
  }
  const detail = detailWithFields(error);
  const body = OLD_SUCCESS_BODY.has(error.code) ? { success: false, error: detail } : { detail };
  headers.set('Content-Type', 'application/json');
  return new Response(JSON.stringify(body), { status: error.status, headers });
}
