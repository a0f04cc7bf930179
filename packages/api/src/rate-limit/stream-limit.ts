import { ApiError } from '../errors/api-error.ts';
import { throttled } from '../errors/texts.ts';

/** Most streams end with the request they follow, which takes some seconds. */
const RETRY_AFTER_SECONDS = 5;

/** Limits the streams that a subject may have open in this process. */
export interface StreamLimit {
  /**
   * Counts a stream of `subject` until the returned function is called; further calls of that function do nothing.
   * @throws {ApiError} `rate_limited` when the subject has reached its maximum
   */
  open(subject: string): () => void;
}

export function createStreamLimit({ most }: { most: number }): StreamLimit {
  const streams = new Map<string, number>();
  return {
    open(subject) {
      const count = streams.get(subject) ?? 0;
      if (count >= most) {
        throw new ApiError('rate_limited', throttled(RETRY_AFTER_SECONDS), { retryAfter: RETRY_AFTER_SECONDS });
      }
      streams.set(subject, count + 1);
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        const left = (streams.get(subject) ?? 1) - 1;
        if (left === 0) streams.delete(subject);
        else streams.set(subject, left);
      };
    },
  };
}
