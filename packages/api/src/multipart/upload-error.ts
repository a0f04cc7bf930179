export type UploadErrorCode = 'malformed_upload' | 'unknown_field' | 'missing_image' | 'photo_too_large';

/** An upload that is refused while it is read. The message is for the person who sent it. */
export class UploadError extends Error {
  override readonly name = 'UploadError';
  readonly code: UploadErrorCode;
  /** The HTTP status of the wire contract. */
  readonly status: 400 | 413;
  /** The photo it is about, by its place in the upload, counted from 0. */
  readonly photo: number | undefined;

  constructor(code: UploadErrorCode, message: string, options: { photo?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = code === 'photo_too_large' ? 413 : 400;
    this.photo = options.photo;
  }
}

export function malformed(message: string, cause?: unknown): UploadError {
  return new UploadError('malformed_upload', message, { cause });
}
