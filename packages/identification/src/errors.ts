import type { PhotoType } from './photos/formats/photo-formats.ts';
import type { Fault, PngTrait } from './photos/formats/structure.ts';
import type { ProviderName, RejectedPart } from './types.ts';

/** Why an identification could not be given; each code is one row of the wire contract. */
export type IdentificationErrorCode =
  | PhotoErrorCode
  | 'invalid_request'
  /** The owner's photos use all the space that an account has. */
  | 'photo_space_full'
  | UnansweredCode
  /** The request that the caller named by this key is running. */
  | 'idempotency_running'
  /** The caller named another request by this key. */
  | 'idempotency_mismatch';

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

  /** `message` is for our log. */
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

/** Why a photo is rejected, with the values that a sentence about it needs; `max` is the limit that it exceeds. */
export type PhotoErrorReason =
  | { type: 'empty' }
  /** Bytes of the file. */
  | { type: 'bytes'; bytes: number; max: number }
  /** Pixels on the longer side. */
  | { type: 'side'; pixels: number; max: number }
  /** Width x height x frames, in pixels. */
  | { type: 'pixels'; width: number; height: number; frames: number; max: number }
  /** Pixels of a format that has a limit of its own. */
  | { type: 'format_pixels'; format: PhotoType; width: number; height: number; max: number }
  | { type: 'frames'; frames: number; max: number }
  | { type: 'scans'; scans: number; max: number }
  /** Bytes that a decoder would hold at once. */
  | { type: 'decode_memory'; bytes: number; max: number }
  /** Decoding took too long, in seconds, and was ended. */
  | { type: 'decode_seconds'; format: PhotoType; max: number }
  /** Decoding takes too long; `max`: pixels of the largest picture of this kind that does not. */
  | {
      type: 'decode_time';
      format: PhotoType;
      traits: readonly PngTrait[];
      scans: number;
      pixels: number;
      max: number;
    }
  /** The signature is none of a known format. */
  | { type: 'unknown_format' }
  /** The decoder of the format is an optional package that is not installed. */
  | { type: 'no_decoder'; format: PhotoType }
  /** The declared media type contradicts the format. */
  | { type: 'other_media_type'; format: PhotoType }
  /** The file name ends like a format that is no picture; `ending` has no dot. */
  | { type: 'other_file_ending'; format: PhotoType; ending: string }
  /** The file name begins with a dot. */
  | { type: 'dot_file' }
  /** Moving pictures without a still one. */
  | { type: 'sequence'; format: PhotoType }
  /** A rare variant of the format. */
  | { type: 'unsupported_kind'; format: PhotoType }
  | { type: 'unreadable'; fault: Exclude<Fault['fault'], 'sequence' | 'unsupported_kind'> };

const PHOTO_ERROR_CODES = {
  empty: 'photo_undecodable',
  bytes: 'photo_too_large',
  side: 'photo_too_large',
  pixels: 'photo_too_large',
  format_pixels: 'photo_too_large',
  frames: 'photo_too_large',
  scans: 'photo_too_large',
  decode_memory: 'photo_too_large',
  decode_time: 'photo_too_large',
  decode_seconds: 'photo_too_large',
  unknown_format: 'photo_type',
  no_decoder: 'photo_type',
  other_media_type: 'photo_type',
  other_file_ending: 'photo_type',
  dot_file: 'photo_type',
  sequence: 'photo_type',
  unsupported_kind: 'photo_undecodable',
  unreadable: 'photo_undecodable',
} as const satisfies Record<PhotoErrorReason['type'], string>;

type PhotoErrorCode = (typeof PHOTO_ERROR_CODES)[PhotoErrorReason['type']];

/** A photo that is rejected: `photo` is its place in the upload, counted from 0. */
export class PhotoError extends IdentificationError {
  override readonly name = 'PhotoError';
  readonly photo: number;
  readonly reason: PhotoErrorReason;

  constructor(photo: number, reason: PhotoErrorReason, options: { cause?: unknown } = {}) {
    super(PHOTO_ERROR_CODES[reason.type], `Photo ${photo + 1} was rejected: ${reason.type}`, options);
    this.photo = photo;
    this.reason = reason;
  }
}

/** The photos of the owner use `used` bytes of the `max` that an account has: nothing more is identified for it. */
export class PhotoSpaceError extends IdentificationError {
  override readonly name = 'PhotoSpaceError';
  readonly used: number;
  readonly max: number;

  constructor({ max, used }: { used: number; max: number }) {
    super('photo_space_full', `The photos of the owner use ${used} of ${max} bytes`);
    this.used = used;
    this.max = max;
  }
}

/** A stored photo cannot be read now: its store is away, or hangs. */
export class PhotoStoreUnavailableError extends Error {
  override readonly name = 'PhotoStoreUnavailableError';

  constructor(cause: unknown) {
    super('The store of the photos is unavailable', { cause });
  }
}

/**
 * A provider call that was not sent, or a decode that was ended, because no request waited for it any more. Callers
 * never see this error.
 */
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
  return error instanceof PhotoError || error instanceof PhotoSpaceError || error instanceof RejectedRequestError;
}
