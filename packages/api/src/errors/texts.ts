import {
  type ApiKeyScope,
  type AuthErrorCode,
  MAX_API_KEYS,
  MAX_NAME_LENGTH,
  PASSWORD_LENGTH,
} from '@plantcommunity/auth';
import type { RejectedPart } from '@plantcommunity/identification';
import { type OperationsErrorCode, REASON_LENGTH } from '@plantcommunity/operations';
import type { FieldError } from './api-error.ts';

// Clients of the replaced system compare the first four texts, so they never change.
export const AUTHENTICATION_REQUIRED =
  'Authentication required for plant identification. Please log in or create an account to identify plants.';

export const throttled = (seconds: number): string =>
  `Request was throttled. Expected available in ${seconds} seconds.`;

/** Sent to an API key that may not make a call; `scope` is the one that may, if any may. */
export const insufficientScopeText = (scope: ApiKeyScope | undefined): string =>
  scope === undefined
    ? 'An API key cannot be used here. Please sign in.'
    : `This API key does not have the scope "${scope}".`;

/** Sent while the database is unavailable. */
export const SERVICE_UNAVAILABLE = 'The service is temporarily unavailable. Please try again in a few moments.';

/** Sent when no provider answers. @param provider the display name of the provider, if it is the only one that is on */
export const providersUnavailable = (provider?: string): string =>
  `${provider === undefined ? 'Plant identification' : `${provider} service`} is temporarily unavailable. Please try again in a few moments.`;

/** Sent for a repeated Idempotency-Key, by the code. */
export const IDEMPOTENCY_ERRORS = {
  idempotency_running: 'A request with this Idempotency-Key is running. Repeat it to get its answer.',
  idempotency_mismatch: 'This Idempotency-Key was used for other photos or options. Choose a new key for each request.',
} as const;

/** Field errors for each part of a request that a provider rejects. Pointers name the caller's fields. */
export const REJECTED_FIELDS: Readonly<Record<RejectedPart, FieldError>> = {
  project: { detail: 'is not a flora that Pl@ntNet knows', pointer: '#/project' },
  organs: { detail: 'are not accepted for these photos', pointer: '#/organs' },
  location: { detail: 'is not an accepted location', pointer: '#/latitude' },
  image: { detail: 'is not accepted by the service', pointer: '#/image' },
  request: { detail: 'The service does not accept this request.', pointer: '#' },
};

/** Field errors for each code of `auth`. Pointers name fields that the procedures share. */
export const AUTH_ERRORS: Readonly<Record<AuthErrorCode, FieldError>> = {
  email_taken: { detail: 'There is an account with this email address already.', pointer: '#/email' },
  invalid_email: { detail: 'Enter a valid email address.', pointer: '#/email' },
  invalid_name: { detail: `A name has at most ${MAX_NAME_LENGTH} characters, on one line.`, pointer: '#/name' },
  invalid_password: {
    detail: `A password has ${PASSWORD_LENGTH.min} to ${PASSWORD_LENGTH.max} characters.`,
    pointer: '#/password',
  },
  malformed_password: {
    detail: 'A password is made of whole characters; this one holds half of one.',
    pointer: '#/password',
  },
  wrong_password: { detail: 'The current password is not right.', pointer: '#/password' },
  invalid_link: {
    detail: 'This link cannot be used any more: it was used or replaced, or it has expired. Ask for a new one.',
    pointer: '#/token',
  },
  invalid_key_name: {
    detail: `The name of a key has 1 to ${MAX_NAME_LENGTH} characters, on one line.`,
    pointer: '#/name',
  },
  invalid_key_expiry: { detail: 'A key must expire in the future.', pointer: '#/expires_at' },
  too_many_keys: {
    detail: `An account has at most ${MAX_API_KEYS} API keys, expired ones included. Revoke one first.`,
    pointer: '#',
  },
  last_admin: { detail: 'The last admin cannot be deleted: make another user an admin first.', pointer: '#' },
};

/** Returns the field error for a code of `operations`; `length` is that of the reason. */
export function operationsFieldError(
  code: Exclude<OperationsErrorCode, 'unknown_user' | 'not_admin' | 'unknown_alert'>,
  length = 0,
): FieldError {
  switch (code) {
    case 'invalid_reason': {
      const { max, min } = REASON_LENGTH;
      return { detail: `A reason has ${min} to ${max} characters; this one has ${length}.`, pointer: '#/reason' };
    }
    case 'invalid_end':
      return { detail: 'The end is in the past.', pointer: '#/until' };
    case 'provider_off':
      return { detail: 'This provider is off: it has no key.', pointer: '#/provider' };
    case 'not_isolated':
      return { detail: 'This provider is not isolated.', pointer: '#/provider' };
    case 'user_disabled':
      return { detail: 'This account is disabled: enable it first.', pointer: '#/id' };
    case 'last_admin':
      return { detail: 'The last admin stays one: make another user an admin first.', pointer: '#/id' };
    case 'unchanged':
      return { detail: 'The account is like that already: another admin may have changed it.', pointer: '#/id' };
    case 'alert_resolved':
      return { detail: 'This alert is resolved.', pointer: '#/id' };
  }
}
