import { rateLimited } from './rate-limited.ts';

/** Calls of one subject that run at once in this process. */
const MOST_RUNNING = 4;
/** Calls of one subject that wait for it: five full batches. */
const MOST_WAITING = 100;
/** When a call that finds no room to wait may come again. */
const RETRY_MS = 1_000;

/** Takes turns at what anyone signed in may ask for without a limit, so that one account does not hold up the others. */
export interface ConcurrencyLimit {
  /**
   * Does `work` once fewer calls of the subject run than may; those that wait come in their order.
   * @throws {ApiError} `rate_limited` when as many wait as may
   */
  run<T>(subject: string, work: () => Promise<T>): Promise<T>;
}

export function createConcurrencyLimit(clock: { now(): number }): ConcurrencyLimit {
  /** Of each subject with a running call: those that wait, and how many run. */
  const subjects = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  return {
    async run(subject, work) {
      const calls = subjects.get(subject) ?? { running: 0, waiting: [] };
      subjects.set(subject, calls);
      if (calls.running < MOST_RUNNING) calls.running += 1;
      else if (calls.waiting.length >= MOST_WAITING) throw rateLimited(clock.now() + RETRY_MS, clock.now());
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
