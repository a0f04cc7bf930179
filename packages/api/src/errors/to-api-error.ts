import { AuthError, type AuthErrorCode, isDatabaseUnavailable } from '@plantcommunity/auth';
import { HttpError } from '@plantcommunity/http';
import { IdentificationError, RejectedRequestError } from '@plantcommunity/identification';
import { OperationsError, type OperationsErrorCode } from '@plantcommunity/operations';
import { TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import { ApiError, type FieldError, notFound } from './api-error.ts';
import { rejectedField } from './rejected-field.ts';
import { retryAfterSeconds } from './retry-after.ts';
import { SERVICE_UNAVAILABLE, UNAVAILABLE } from './texts.ts';

const INVALID = 'The request is not valid.';
const RETRY_WHEN_UNKNOWN_MS = 5_000;
/** As many faults are told of one request: what nobody knows may be thousands of fields, each told in more than it took. */
const MOST_FAULTS = 20;
const SAID_TO_CALLERS: ReadonlySet<string> = new Set(Object.values(UNAVAILABLE));

/** Whatever was thrown, as the wire tells it. What is not known by type is `internal` and says nothing else. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof HttpError) return fromHttp(thrown);
  if (thrown instanceof IdentificationError) return fromIdentification(thrown);
  if (thrown instanceof AuthError) return fromAuth(thrown);
  if (thrown instanceof OperationsError) return fromOperations(thrown);
  if (thrown instanceof TRPCError) return fromTrpc(thrown);
  if (isDatabaseUnavailable(thrown)) return serviceUnavailable(thrown);
  return internal(thrown);
}

/** Returns a 503 `busy`: the database is unavailable, or a password could not be checked. */
export function serviceUnavailable(cause?: unknown): ApiError {
  return new ApiError('busy', SERVICE_UNAVAILABLE, { retryAfter: retryAfterSeconds(RETRY_WHEN_UNKNOWN_MS), cause });
}

function internal(cause: unknown): ApiError {
  return new ApiError('internal', 'Internal error', { cause });
}

export function invalidRequest(error: ZodError): ApiError {
  return new ApiError('invalid_request', INVALID, {
    errors: error.issues.flatMap(fieldErrors).slice(0, MOST_FAULTS),
    cause: error,
  });
}

function fieldErrors(issue: ZodError['issues'][number]): FieldError[] {
  if (issue.code !== 'unrecognized_keys') return [{ detail: issue.message, pointer: pointerTo(issue.path) }];
  return issue.keys.map((key) => ({ detail: 'is not known here', pointer: pointerTo([...issue.path, key]) }));
}

function pointerTo(path: readonly PropertyKey[]): string {
  return `#${path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
}

function fromHttp(error: HttpError): ApiError {
  if (error.code !== 'busy') return new ApiError(error.code, error.message, { headers: error.headers, cause: error });
  return new ApiError('busy', UNAVAILABLE.both, {
    retryAfter: retryAfterSeconds(RETRY_WHEN_UNKNOWN_MS),
    overShare: error.overShare,
    cause: error,
  });
}

function fromIdentification(error: IdentificationError): ApiError {
  switch (error.code) {
    case 'invalid_request':
      return new ApiError('invalid_request', INVALID, {
        errors: error instanceof RejectedRequestError ? error.rejected.map(rejectedField) : [],
        cause: error,
      });
    case 'photo_too_large':
    case 'photo_type':
    case 'photo_undecodable':
      return new ApiError(error.code, error.message, { cause: error });
    case 'providers_resting':
    case 'quota_exhausted':
    case 'busy':
      return new ApiError(error.code, SAID_TO_CALLERS.has(error.message) ? error.message : UNAVAILABLE.both, {
        retryAfter: retryAfterSeconds(error.retryAfterMs ?? RETRY_WHEN_UNKNOWN_MS),
        overShare: error.overShare,
        cause: error,
      });
  }
}

/** Which field is at fault, where several procedures call it the same. */
const AUTH_FIELD: Readonly<Record<AuthErrorCode, string>> = {
  email_taken: '#/email',
  invalid_email: '#/email',
  invalid_name: '#/name',
  invalid_password: '#/password',
  wrong_password: '#/password',
  last_admin: '#',
};

/** A wrong password of somebody signed in is no 401, which would tell a client that the session is over. */
export function fromAuth(error: AuthError, pointer = AUTH_FIELD[error.code]): ApiError {
  return new ApiError(error.code === 'email_taken' ? 'email_taken' : 'invalid_request', error.message, {
    errors: [{ detail: error.message, pointer }],
    cause: error,
  });
}

/** The field of an override that an error points at. */
const ORDER_FIELD: Readonly<Record<OperationsErrorCode, string>> = {
  invalid_reason: '#/reason',
  invalid_end: '#/until',
  provider_off: '#/provider',
  not_isolated: '#/provider',
};

function fromOperations(error: OperationsError): ApiError {
  return new ApiError('invalid_request', error.message, {
    errors: [{ detail: error.message, pointer: ORDER_FIELD[error.code] }],
    cause: error,
  });
}

/** tRPC wraps what a procedure throws, and refuses requests itself with errors that have no cause. */
function fromTrpc(error: TRPCError): ApiError {
  // Only of a procedure's input: a ZodError from anywhere else is our own fault.
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
