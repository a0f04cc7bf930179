import { IdentificationError } from '../errors.ts';

const RETRY_AFTER_MS = 5_000;

/** Lets few through at once, lets some wait in order, and refuses the rest at once. */
export interface DecodeQueue {
  /** @throws {IdentificationError} `busy` when as many wait as may wait; otherwise whatever `work` throws. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createDecodeQueue(options: { concurrency: number; queue: number }): DecodeQueue {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function enter(): Promise<void> {
    if (running < options.concurrency) {
      running += 1;
      return;
    }
    if (waiting.length >= options.queue) {
      const message = 'Too many photos are being read right now. Please try again in a few seconds.';
      throw new IdentificationError('busy', message, { retryAfterMs: RETRY_AFTER_MS });
    }
    // Whoever leaves hands its place over, so `running` stays as it is.
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  return {
    async run(work) {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
