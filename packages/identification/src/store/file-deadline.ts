import { type Clock, waitFor } from '@plantcommunity/resilience';

/** Longest time that a request waits for the store of the photos, in milliseconds: a person waits for its answer. */
const DEADLINE_MS = 3_000;

/** The store of the photos did not answer in time. */
export class PhotoStoreTimeoutError extends Error {
  override readonly name = 'PhotoStoreTimeoutError';

  constructor() {
    super(`The store of the photos did not answer within ${DEADLINE_MS / 1000} s`);
  }
}

/**
 * Asks the store of the photos, which may hang: neither S3 nor a network drive fails at once when it is away. What is asked
 * may still happen after the deadline.
 * @param ask ends early when its signal aborts, if it can
 * @throws {PhotoStoreTimeoutError}
 */
export async function withFileDeadline<T>(clock: Clock, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const cancel = clock.setTimeout(() => late.abort(new PhotoStoreTimeoutError()), DEADLINE_MS);
  try {
    return await waitFor(ask(late.signal), { signal: late.signal });
  } finally {
    cancel();
  }
}
