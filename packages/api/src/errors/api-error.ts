import { HTTP_ERROR_STATUS, type HttpErrorCode } from '@plantcommunity/http';
import type { IdentificationErrorCode } from '@plantcommunity/identification';

/** Statuses of the codes that `http` does not have, too. */
const IDENTIFICATION_STATUS = {
  photo_type: 415,
  photo_undecodable: 422,
  photo_space_full: 409,
  idempotency_running: 409,
  idempotency_mismatch: 422,
  providers_resting: 503,
  quota_exhausted: 503,
} as const satisfies Record<Exclude<IdentificationErrorCode, HttpErrorCode>, number>;

/** HTTP status of each error code of the API: those of `http`, of `identification`, and its own. */
export const STATUS = {
  ...HTTP_ERROR_STATUS,
  ...IDENTIFICATION_STATUS,
  authentication_required: 401,
  invalid_token: 401,
  invalid_credentials: 401,
  account_disabled: 403,
  insufficient_scope: 403,
  not_found: 404,
  email_taken: 409,
  version_gone: 410,
  rate_limited: 429,
  internal: 500,
} as const;

export type ApiErrorCode = keyof typeof STATUS;
export type ApiErrorStatus = (typeof STATUS)[ApiErrorCode];

/** Error of one field; `pointer` is a JSON pointer fragment such as `#/organs/1`. */
export interface FieldError {
  detail: string;
  pointer: string;
}

/** An error that the wire shows: `detail` is for the caller, `headers` belong to the response. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly status: ApiErrorStatus;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whole seconds, for 429, 503 and a 409 of a running request; `headers` have it too. */
  readonly retryAfter: number | undefined;
  readonly errors: readonly FieldError[] | undefined;
  /** Whether the caller used up its share of this process. The call then counts against its rate limit. */
  readonly overShare: boolean;

  constructor(
    code: ApiErrorCode,
    detail: string,
    options: {
      headers?: Readonly<Record<string, string>>;
      retryAfter?: number;
      errors?: readonly FieldError[];
      overShare?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = STATUS[code];
    this.detail = detail;
    this.retryAfter = options.retryAfter;
    this.headers = {
      ...(options.retryAfter === undefined ? {} : { 'Retry-After': String(options.retryAfter) }),
      ...options.headers,
    };
    this.errors = options.errors;
    this.overShare = options.overShare ?? false;
  }
}

/** Also the answer for resources of other users, so that their existence stays unknown. */
export function notFound(): ApiError {
  return new ApiError('not_found', 'Not found.');
}
