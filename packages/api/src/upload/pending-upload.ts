import type { Upload } from '../multipart/form.ts';

/** Reads an upload of a subject: a little at once, the rest when `admitted` says so. Rejects when it says no. */
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
   * Takes in the beginning while it is being asked whether the caller may; its memory is counted against `subject`. What
   * is wrong with it is told by `read`.
   */
  begin(subject: string, admitted: Promise<boolean>): void {
    this.#reading = this.#open(subject, admitted);
    this.#reading.catch(() => {});
  }

  /** @throws {UploadError} */
  read(): Promise<Upload> {
    return this.#reading ?? this.#open();
  }
}
