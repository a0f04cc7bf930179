import type { Rejected } from './provider.ts';

/** Why an identification could not be given; each code is one row of the wire contract. */
export type IdentificationErrorCode =
  | 'photo_too_large'
  | 'photo_type'
  | 'photo_undecodable'
  | 'invalid_request'
  | 'providers_resting'
  | 'quota_exhausted'
  | 'busy';

/** The root of every error this package throws on purpose. */
export class IdentificationError extends Error {
  override readonly name: string = 'IdentificationError';
  readonly code: IdentificationErrorCode;
  /** How long a caller should wait before asking again, when that is known. */
  readonly retryAfterMs: number | undefined;
  /** The caller already holds its whole share of this process: the refusal counts against its limit. */
  readonly overShare: boolean;

  constructor(
    code: IdentificationErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number | undefined; overShare?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.overShare = options.overShare ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** A photo that is refused: `photo` is its place in the upload, counted from 0. */
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

/** A provider call that did not leave, since no request waited for it any more. Callers never see it. */
export class AbandonedCallError extends Error {
  override readonly name = 'AbandonedCallError';

  constructor() {
    super('No request waits for this call any more');
  }
}

/** No provider answered, and at least one refused what was asked: it is for the caller to ask otherwise. */
export class RejectedRequestError extends IdentificationError {
  override readonly name = 'RejectedRequestError';
  /** What was refused, each once. */
  readonly rejected: readonly Rejected[];

  constructor(rejected: readonly Rejected[]) {
    super('invalid_request', `The request was refused for its ${rejected.join(' and ')}`);
    this.rejected = rejected;
  }
}

/** Whether another try would fare no better: the caller has to send something else. */
export function isCallersFault(error: IdentificationError): boolean {
  return error instanceof PhotoError || error instanceof RejectedRequestError;
}
