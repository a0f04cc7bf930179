import type { ApiErrorCode, FieldError } from './api-error.ts';
import { photoErrorText, photoSpaceText } from './photo-texts.ts';
import {
  AUTH_ERRORS,
  AUTHENTICATION_REQUIRED,
  IDEMPOTENCY_ERRORS,
  insufficientScopeText,
  providersUnavailable,
  throttled,
} from './texts.ts';

/** What the OpenAPI document says of one error code. */
interface ErrorDocumentation {
  /** When the API answers with this code. */
  when: string;
  /** An example of the sentence for people. */
  detail: string;
  /** An example of the errors of single fields. */
  errors?: readonly FieldError[];
}

/** The documentation of every error code. */
export const ERROR_DOCUMENTATION: Readonly<Record<ApiErrorCode, ErrorDocumentation>> = {
  invalid_request: {
    when: 'A value is missing, unknown or out of range; `errors` points at each wrong field',
    detail: 'The request is not valid.',
    errors: [{ detail: 'must be from -90 to 90', pointer: '#/latitude' }],
  },
  unknown_host: {
    when: 'The Host header names a host that is not served here',
    detail: 'This host is not served here.',
  },
  malformed_upload: {
    when: 'The body is not a well-formed upload',
    detail: 'The upload ends before its closing boundary.',
  },
  unknown_field: {
    when: 'The upload has a field that this operation does not have',
    detail: 'The upload has a field “colour”, which we do not know.',
  },
  missing_image: { when: 'The upload holds no photo', detail: 'Please choose a photo: the field “image” holds none.' },
  authentication_required: { when: 'The request has no credentials', detail: AUTHENTICATION_REQUIRED },
  invalid_token: {
    when: 'The token is not valid, was revoked or has expired',
    detail: 'The access token is not valid or has expired.',
  },
  invalid_credentials: {
    when: 'The email address or the password is wrong',
    detail: 'The email address or the password is wrong.',
  },
  foreign_origin: {
    when: 'A page of another site sent the request with a cookie',
    detail: 'This request comes from a page of another site.',
  },
  account_disabled: { when: 'An administrator has disabled the account', detail: 'This account is disabled.' },
  insufficient_scope: {
    when: 'The API key does not have the scope of the call, or no API key may make it',
    detail: insufficientScopeText('read'),
  },
  not_found: { when: 'It does not exist, or belongs to another user', detail: 'Not found.' },
  method_not_allowed: {
    when: 'The path has no such method; `Allow` lists its methods',
    detail: 'Method "PUT" not allowed.',
  },
  upload_stalled: {
    when: 'The body arrived too slowly; the call does not count against the rate limit',
    detail: 'The upload stalled: less than 8 kB/s arrived over 20 seconds. It is not counted against your limit.',
  },
  email_taken: {
    when: 'Email already registered',
    detail: AUTH_ERRORS.email_taken.detail,
    errors: [AUTH_ERRORS.email_taken],
  },
  photo_space_full: {
    when: "The photos of the caller's identifications use all the space of the account; the detail names both",
    detail: photoSpaceText({ used: 500 * 1_048_576, max: 500 * 1_048_576 }),
  },
  idempotency_running: {
    when: 'A request with this Idempotency-Key is still running; `Retry-After` says when to repeat it',
    detail: IDEMPOTENCY_ERRORS.idempotency_running,
  },
  idempotency_mismatch: {
    when: 'The Idempotency-Key was used for another request',
    detail: IDEMPOTENCY_ERRORS.idempotency_mismatch,
  },
  version_gone: {
    when: 'The legacy API is past its last day; `Link` names the successor',
    detail: 'This version of the API is gone. Use /api/v1.',
  },
  photo_too_large: {
    when: 'A photo, or the whole body, is larger than allowed; the detail names the photo, its size and the limit',
    detail: 'Photo 2 is 10.1 MB; 10 MB is the most.',
  },
  unsupported_media_type: {
    when: 'The body is not multipart/form-data, as `Accept` says it must be',
    detail: 'Please send the photo as multipart/form-data.',
  },
  photo_type: {
    when: 'The file is no picture of a supported format, or its label names another format than its bytes',
    detail: photoErrorText({ photo: 0, reason: { type: 'unknown_format' } }),
  },
  photo_undecodable: {
    when: 'The picture is damaged or cut off',
    detail: 'Photo 1 could not be read: the file ends before the picture does.',
  },
  rate_limited: { when: 'Too many requests; `Retry-After` says when to try again', detail: throttled(1_312) },
  internal: { when: 'Internal error; quote the request id when reporting it', detail: 'Internal error' },
  providers_resting: {
    when: 'The identification services are down; `Retry-After` says when they are tried again',
    detail: providersUnavailable(),
  },
  quota_exhausted: {
    when: 'The quota of the identification services is used up until it is renewed',
    detail: providersUnavailable(),
  },
  busy: { when: 'The service is busy, or a part of it is temporarily unavailable', detail: providersUnavailable() },
};
