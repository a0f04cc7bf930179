import type { ApiErrorCode } from '@plantcommunity/api';
import { FORMAT_NAMES } from '@plantcommunity/identification/photo-formats';

/** What a client does about an error. */
type Remedy = 'change' | 'sign_in' | 'repeat' | 'report';

/** Headings of the remedies, in the order of the page. */
export const REMEDIES = {
  change: 'Change the request',
  sign_in: 'Sign in, or use another account',
  repeat: 'Wait, then send it again',
  report: 'Report it to us',
} as const satisfies Record<Remedy, string>;

/** What each code of an error means to a client, beyond the `detail` of the answer. */
export const ERROR_CODES: Readonly<Record<ApiErrorCode, { remedy: Remedy; meaning: string }>> = {
  invalid_request: { remedy: 'change', meaning: 'A field has a wrong value; errors names each of them.' },
  missing_image: { remedy: 'change', meaning: 'The form has no photo in a field image.' },
  unknown_field: { remedy: 'change', meaning: 'The form has a field that does not exist.' },
  malformed_upload: { remedy: 'change', meaning: 'The body cannot be read as a form; detail says why.' },
  unknown_host: { remedy: 'change', meaning: 'The Host header names another site.' },
  not_found: { remedy: 'change', meaning: 'There is nothing at this path, or it belongs to another user.' },
  method_not_allowed: { remedy: 'change', meaning: 'The path has other methods: see the header Allow.' },
  email_taken: { remedy: 'change', meaning: 'The e-mail address has an account already.' },
  idempotency_mismatch: { remedy: 'change', meaning: 'The Idempotency-Key was used for other photos or options.' },
  photo_space_full: { remedy: 'change', meaning: 'The photos of the account use all its space: delete some.' },
  version_gone: { remedy: 'change', meaning: 'This version has ended; the header Link names its successor.' },
  photo_too_large: { remedy: 'change', meaning: 'A photo has too many bytes or pixels; detail names the limit.' },
  unsupported_media_type: { remedy: 'change', meaning: 'The body is not multipart/form-data, which Accept names.' },
  photo_type: { remedy: 'change', meaning: `A photo is not a ${FORMAT_NAMES}.` },
  photo_undecodable: { remedy: 'change', meaning: 'A photo is damaged or incomplete.' },
  authentication_required: { remedy: 'sign_in', meaning: 'The request has no token.' },
  invalid_token: { remedy: 'sign_in', meaning: 'The token has expired or was revoked: refresh it once.' },
  invalid_credentials: { remedy: 'sign_in', meaning: 'The e-mail address or the password is wrong.' },
  account_disabled: { remedy: 'sign_in', meaning: 'An administrator has disabled the account.' },
  insufficient_scope: { remedy: 'sign_in', meaning: 'The API key may not do this; WWW-Authenticate names the scope.' },
  foreign_origin: { remedy: 'sign_in', meaning: 'A page of another site sent the request, without a token.' },
  rate_limited: { remedy: 'repeat', meaning: 'The limit is used up until Retry-After.' },
  upload_stalled: { remedy: 'repeat', meaning: 'The body came too slowly; it does not count against the limit.' },
  idempotency_running: { remedy: 'repeat', meaning: 'The first request with this Idempotency-Key still runs.' },
  providers_resting: { remedy: 'repeat', meaning: 'Neither service answers now.' },
  quota_exhausted: { remedy: 'repeat', meaning: 'The services have no identifications left until Retry-After.' },
  busy: { remedy: 'repeat', meaning: 'The server has too much to do.' },
  internal: { remedy: 'report', meaning: 'A fault of ours: quote requestId.' },
};
