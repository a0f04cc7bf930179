import { STATUS_CODES } from 'node:http';

/** HTTP status of each error code of this package. */
export const HTTP_ERROR_STATUS = {
  malformed_upload: 400,
  unknown_field: 400,
  missing_image: 400,
  invalid_request: 400,
  unknown_host: 400,
  foreign_origin: 403,
  method_not_allowed: 405,
  upload_stalled: 408,
  photo_too_large: 413,
  unsupported_media_type: 415,
  busy: 503,
} as const;

export type HttpErrorCode = keyof typeof HTTP_ERROR_STATUS;

/** A request that is refused for how it was sent. The message is for the person who sent it. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: HttpErrorCode;
  readonly status: (typeof HTTP_ERROR_STATUS)[HttpErrorCode];
  /** Response headers that belong to the error, such as `Allow`. */
  readonly headers: Readonly<Record<string, string>>;
  /** With `busy`: the caller itself uses up its share of this process. */
  readonly overShare: boolean;

  constructor(
    code: HttpErrorCode,
    message: string,
    options: { headers?: Readonly<Record<string, string>>; overShare?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = HTTP_ERROR_STATUS[code];
    this.headers = options.headers ?? {};
    this.overShare = options.overShare ?? false;
  }
}

export function malformed(message: string, cause?: unknown): HttpError {
  return new HttpError('malformed_upload', message, { cause });
}

/** The error for a body of another type than an upload; `Accept` names the right one (RFC 9110, 15.5.16). */
export function notMultipart(): HttpError {
  return new HttpError('unsupported_media_type', 'Please send the photo as multipart/form-data.', {
    headers: { Accept: 'multipart/form-data' },
  });
}

export function stalled(message: string): HttpError {
  return new HttpError('upload_stalled', `${message} It is not counted against your limit.`);
}

/** Members that every problem body of ours has (RFC 9457). */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId: string;
}

/** Builds the body of `application/problem+json` for an error. */
export function problemBody(
  { code, detail, status }: { code: string; detail: string; status: number },
  requestId: string,
  type = 'about:blank',
): ProblemBody {
  return { type, title: STATUS_CODES[status] ?? '', status, detail, code, requestId };
}
