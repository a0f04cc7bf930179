import type { Upload } from '@plantcommunity/http';

/** Reads an upload: its beginning at once, the rest once `admitted` resolves to true. Rejects when that is false. */
export type OpenUpload = (subject?: string, admitted?: Promise<boolean>) => Promise<Upload>;

/**
 * The upload that comes with a request. To tRPC and its clients it is the FormData of the request; the work behind the
 * rate limit calls `read`, once.
 */
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
  start(subject: string, admitted: Promise<boolean>): void {
    this.#reading = this.#open(subject, admitted);
    this.#reading.catch(() => {});
  }

  /** @throws {HttpError} */
  read(): Promise<Upload> {
    return this.#reading ?? this.#open();
  }
}
