import type { Upload, UploadForm, UploadLimits } from '@plantcommunity/http';

/** Names and kinds of an upload's fields. */
export type UploadFields = Omit<UploadForm, keyof UploadLimits>;

/** When to read on, and whose memory an upload uses. */
interface Admission {
  /** Subject whose share of the memory the upload uses; without it, the client's address. */
  subject: string;
  /** Resolves to true when the rest may be read; the upload rejects when it resolves to false. */
  admitted: Promise<boolean>;
}

/** Reads an upload: its beginning at once, the rest once it is admitted. */
export type OpenUpload = (fields: UploadFields, admission?: Admission) => Promise<Upload>;

/** The unread upload of a request. tRPC and its clients see it as the FormData of the request. */
export class PendingUpload extends FormData {
  readonly #open: OpenUpload;
  #reading: Promise<Upload> | undefined;

  constructor(open: OpenUpload) {
    super();
    this.#open = open;
  }

  /**
   * Reads the beginning while the rate limit is checked; its memory counts against `subject`. Errors are thrown by
   * `read`.
   */
  start(fields: UploadFields, subject: string, admitted: Promise<boolean>): void {
    this.#reading = this.#open(fields, { subject, admitted });
    this.#reading.catch(() => {});
  }

  /** Returns the whole upload. It can be read once. @throws {HttpError} */
  read(fields: UploadFields): Promise<Upload> {
    return this.#reading ?? this.#open(fields);
  }
}
