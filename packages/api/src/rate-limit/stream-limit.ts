import { ApiError } from '../errors/api-error.ts';
import { SERVICE_UNAVAILABLE, throttled } from '../errors/texts.ts';

/** Limits the streams that are open in this process. */
export interface StreamLimit {
  /**
   * Counts a stream of `subject` until the returned function is called; further calls of that function do nothing.
   * @throws {ApiError} `rate_limited` when the subject has reached its maximum, `busy` when the process has
   */
  open(subject: string): () => void;
}

interface StreamLimits {
  /** Maximum number of streams of one subject. */
  maxPerSubject: number;
  /** Maximum number of streams of all subjects; unlimited if absent. */
  maxTotal?: number;
  /** Retry-After of a refusal, in seconds: about the time after which a stream ends. */
  retryAfter: number;
}

export function createStreamLimit({
  maxPerSubject,
  maxTotal = Number.POSITIVE_INFINITY,
  retryAfter,
}: StreamLimits): StreamLimit {
  const streams = new Map<string, number>();
  let total = 0;
  return {
    open(subject) {
      const count = streams.get(subject) ?? 0;
      if (count >= maxPerSubject) throw new ApiError('rate_limited', throttled(retryAfter), { retryAfter });
      if (total >= maxTotal) throw new ApiError('busy', SERVICE_UNAVAILABLE, { retryAfter });
      streams.set(subject, count + 1);
      total += 1;
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        total -= 1;
        const left = (streams.get(subject) ?? 1) - 1;
        if (left === 0) streams.delete(subject);
        else streams.set(subject, left);
      };
    },
  };
}
