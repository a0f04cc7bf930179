import { AuthError, isDatabaseUnavailable } from '@plantcommunity/auth';
import { HttpError } from '@plantcommunity/http';
import {
  displayNameOf,
  IdentificationError,
  PhotoError,
  PhotoSpaceError,
  PhotoStoreUnavailableError,
  RejectedRequestError,
} from '@plantcommunity/identification';
import { OperationsError } from '@plantcommunity/operations';
import { TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import { ApiError, type FieldError, notFound } from './api-error.ts';
import { photoErrorText, photoSpaceText } from './photo-texts.ts';
import { retryAfterSeconds } from './rate-limited.ts';
import {
  AUTH_ERRORS,
  IDEMPOTENCY_ERRORS,
  operationsFieldError,
  providersUnavailable,
  REJECTED_FIELDS,
  SERVICE_UNAVAILABLE,
} from './texts.ts';

const INVALID = 'The request is not valid.';
const RETRY_WHEN_UNKNOWN_MS = 5_000;
/** Seconds after which the answer to a running request is asked for again: most take a few. */
const IDEMPOTENCY_RETRY_S = 2;
/** Cap on reported field errors, so that a body of unknown fields cannot amplify the response. */
const MAX_FIELD_ERRORS = 20;

/** Converts any thrown value. Unknown types become `internal`, whose detail reveals nothing. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof HttpError) return fromHttp(thrown);
  if (thrown instanceof IdentificationError) return fromIdentification(thrown);
  if (thrown instanceof AuthError) return fromAuth(thrown);
  if (thrown instanceof OperationsError) return fromOperations(thrown);
  if (thrown instanceof TRPCError) return fromTrpc(thrown);
  if (isDatabaseUnavailable(thrown) || thrown instanceof PhotoStoreUnavailableError) return serviceUnavailable(thrown);
  return internal(thrown);
}

/** Returns a 503 `busy`: database or photo store are unavailable, or a password could not be checked. */
export function serviceUnavailable(cause?: unknown): ApiError {
  return new ApiError('busy', SERVICE_UNAVAILABLE, { retryAfter: retryAfterSeconds(RETRY_WHEN_UNKNOWN_MS), cause });
}

function internal(cause: unknown): ApiError {
  return new ApiError('internal', 'Internal error', { cause });
}

export function invalidRequest(error: ZodError): ApiError {
  return new ApiError('invalid_request', INVALID, {
    errors: error.issues.flatMap(fieldErrors).slice(0, MAX_FIELD_ERRORS),
    cause: error,
  });
}

function fieldErrors(issue: ZodError['issues'][number]): FieldError[] {
  if (issue.code !== 'unrecognized_keys') return [{ detail: issue.message, pointer: pointerTo(issue.path) }];
  return issue.keys.map((key) => ({ detail: 'unknown field', pointer: pointerTo([...issue.path, key]) }));
}

function pointerTo(path: readonly PropertyKey[]): string {
  return `#${path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
}

function fromHttp(error: HttpError): ApiError {
  if (error.code !== 'busy') return new ApiError(error.code, error.message, { headers: error.headers, cause: error });
  return new ApiError('busy', providersUnavailable(), {
    retryAfter: retryAfterSeconds(RETRY_WHEN_UNKNOWN_MS),
    overShare: error.overShare,
    cause: error,
  });
}

function fromIdentification(error: IdentificationError): ApiError {
  switch (error.code) {
    case 'invalid_request':
      return new ApiError('invalid_request', INVALID, {
        errors: error instanceof RejectedRequestError ? error.rejected.map((part) => REJECTED_FIELDS[part]) : [],
        cause: error,
      });
    case 'idempotency_running':
      return new ApiError(error.code, IDEMPOTENCY_ERRORS[error.code], {
        retryAfter: IDEMPOTENCY_RETRY_S,
        cause: error,
      });
    case 'idempotency_mismatch':
      return new ApiError(error.code, IDEMPOTENCY_ERRORS[error.code], { cause: error });
    case 'photo_too_large':
    case 'photo_type':
    case 'photo_undecodable':
      // Only a PhotoError has one of these codes.
      if (!(error instanceof PhotoError)) return internal(error);
      return new ApiError(error.code, photoErrorText(error), { cause: error });
    case 'photo_space_full':
      return error instanceof PhotoSpaceError
        ? new ApiError(error.code, photoSpaceText(error), { cause: error })
        : internal(error);
    case 'providers_resting':
    case 'quota_exhausted':
    case 'busy':
      return new ApiError(error.code, providersUnavailable(error.provider && displayNameOf(error.provider)), {
        retryAfter: retryAfterSeconds(error.retryAfterMs ?? RETRY_WHEN_UNKNOWN_MS),
        overShare: error.overShare,
        cause: error,
      });
  }
}

/**
 * Converts an error of `auth`; `pointer` replaces the field that it points at. A wrong password of a signed-in user is not
 * a 401, which would tell the client that the session has ended.
 */
export function fromAuth(error: AuthError, pointer?: string): ApiError {
  const field = AUTH_ERRORS[error.code];
  return new ApiError(error.code === 'email_taken' ? 'email_taken' : 'invalid_request', field.detail, {
    errors: [{ ...field, ...(pointer !== undefined && { pointer }) }],
    cause: error,
  });
}

function fromOperations(error: OperationsError): ApiError {
  const isUnknown = error.code === 'unknown_user' || error.code === 'unknown_alert';
  if (isUnknown || error.code === 'not_admin') return notFound();
  const field = operationsFieldError(error.code, error.length);
  return new ApiError('invalid_request', field.detail, { errors: [field], cause: error });
}

/** Unwraps what a procedure threw, and converts tRPC's own errors, which have no cause. */
function fromTrpc(error: TRPCError): ApiError {
  // A ZodError from anywhere but a procedure's input is an internal error.
  if (error.code === 'BAD_REQUEST' && error.cause instanceof ZodError) return invalidRequest(error.cause);
  if (error.cause !== undefined) {
    const inner = toApiError(error.cause);
    if (inner.code !== 'internal') return inner;
  }
  switch (error.code) {
    case 'PARSE_ERROR':
    case 'BAD_REQUEST':
    case 'UNSUPPORTED_MEDIA_TYPE':
      return new ApiError('invalid_request', 'The request could not be read.', { cause: error });
    case 'NOT_FOUND':
      return notFound();
    case 'METHOD_NOT_SUPPORTED':
      return new ApiError('method_not_allowed', 'This method is not allowed here.', { cause: error });
    default:
      return internal(error);
  }
}
