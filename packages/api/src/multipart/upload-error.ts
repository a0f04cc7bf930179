const STATUS = {
  malformed_upload: 400,
  unknown_field: 400,
  missing_image: 400,
  upload_stalled: 408,
  photo_too_large: 413,
  busy: 503,
} as const;

export type UploadErrorCode = keyof typeof STATUS;

/** An upload that is refused while it is read. The message is for the person who sent it. */
export class UploadError extends Error {
  override readonly name = 'UploadError';
  readonly code: UploadErrorCode;
  /** The HTTP status of the wire contract. */
  readonly status: (typeof STATUS)[UploadErrorCode];
  /** The photo it is about, by its place in the upload, counted from 0. */
  readonly photo: number | undefined;
  /** With `busy`: the caller itself uses up its share of this process. */
  readonly overShare: boolean;

  constructor(
    code: UploadErrorCode,
    message: string,
    options: { photo?: number; overShare?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = STATUS[code];
    this.photo = options.photo;
    this.overShare = options.overShare ?? false;
  }
}

export function malformed(message: string, cause?: unknown): UploadError {
  return new UploadError('malformed_upload', message, { cause });
}

export function stalled(message: string): UploadError {
  return new UploadError('upload_stalled', `${message} It is not counted against your limit.`);
}
