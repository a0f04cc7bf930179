import type { ProviderName, RejectedPart } from './types.ts';

/** Why an identification could not be given; each code is one row of the wire contract. */
export type IdentificationErrorCode =
  | 'photo_too_large'
  | 'photo_type'
  | 'photo_undecodable'
  | 'invalid_request'
  | UnansweredCode;

/** Why no provider answered. */
export type UnansweredCode = 'providers_resting' | 'quota_exhausted' | 'busy';

/** Base of every error that this package throws on purpose. */
export class IdentificationError extends Error {
  override readonly name: string = 'IdentificationError';
  readonly code: IdentificationErrorCode;
  /** How long a caller should wait before it retries, if known. */
  readonly retryAfterMs: number | undefined;
  /**
   * Refused because the caller already uses its whole share of this process: the call counts against its rate limit.
   */
  readonly overShare: boolean;
  /** The provider that did not answer, if it is the only one that is on. */
  readonly provider: ProviderName | undefined;

  /** `message` is for our log, except for a `PhotoError`. */
  constructor(
    code: IdentificationErrorCode,
    message: string,
    options: {
      cause?: unknown;
      retryAfterMs?: number | undefined;
      overShare?: boolean;
      provider?: ProviderName | undefined;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.provider = options.provider;
    this.overShare = options.overShare ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** A photo that is rejected: `photo` is its place in the upload, counted from 0. */
export class PhotoError extends IdentificationError {
  override readonly name = 'PhotoError';
  readonly photo: number;

  constructor(
    code: 'photo_too_large' | 'photo_type' | 'photo_undecodable',
    photo: number,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(code, message, options);
    this.photo = photo;
  }
}

/** A provider call that was not sent, because no request waited for it any more. Callers never see this error. */
export class AbandonedCallError extends Error {
  override readonly name = 'AbandonedCallError';

  constructor() {
    super('No request waits for this call any more');
  }
}

/** No provider answered, and at least one rejected the request: the caller has to change it. */
export class RejectedRequestError extends IdentificationError {
  override readonly name = 'RejectedRequestError';
  /** The rejected parts of the request, without duplicates. */
  readonly rejected: readonly RejectedPart[];

  constructor(rejected: readonly RejectedPart[]) {
    super('invalid_request', `The providers rejected the ${rejected.join(' and ')} of the request`);
    this.rejected = rejected;
  }
}

/** Whether the caller has to change the request: a retry would fail, too. */
export function isCallerError(error: IdentificationError): boolean {
  return error instanceof PhotoError || error instanceof RejectedRequestError;
}
