import type { Upload } from '../multipart/form.ts';

/**
 * An upload whose body nobody has read yet. To tRPC and its clients it is the FormData of the request; the work
 * behind the rate limit calls `read`, once.
 */
export class PendingUpload extends FormData {
  readonly read: (signal: AbortSignal) => Promise<Upload>;

  constructor(read: (signal: AbortSignal) => Promise<Upload>) {
    super();
    this.read = read;
  }
}
