import { rateLimited } from '../errors/rate-limited.ts';

/** Maximum number of concurrent calls of one subject in this process. */
const MAX_RUNNING = 4;
/** Maximum number of waiting calls of one subject: five full batches. */
const MAX_WAITING = 100;
/** Retry-After of a call that is refused because too many wait. */
const RETRY_MS = 1_000;

/** Limits concurrent calls of each signed-in user that no rate limit counts, so that one account does not block others. */
export interface ConcurrencyLimit {
  /**
   * Runs `work` when fewer calls of the subject run than allowed. Waiting calls run in order.
   * @throws {ApiError} `rate_limited` when too many calls wait
   */
  run<T>(subject: string, work: () => Promise<T>): Promise<T>;
}

export function createConcurrencyLimit(clock: { now(): number }): ConcurrencyLimit {
  /** Number of running calls, and the waiting calls, of each subject with a running call. */
  const subjects = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  return {
    async run(subject, work) {
      const calls = subjects.get(subject) ?? { running: 0, waiting: [] };
      subjects.set(subject, calls);
      if (calls.running < MAX_RUNNING) calls.running += 1;
      else if (calls.waiting.length >= MAX_WAITING) throw rateLimited(clock.now() + RETRY_MS, clock.now());
      else await new Promise<void>((resolve) => void calls.waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = calls.waiting.shift();
        if (next === undefined) calls.running -= 1;
        else next();
        if (calls.running === 0) subjects.delete(subject);
      }
    },
  };
}
