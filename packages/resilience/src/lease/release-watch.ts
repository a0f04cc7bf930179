import type { Clock } from '../clock.ts';

const SPREAD = 0.25;

/** How often to ask anyway: at first and, twice as rarely each time, at last. */
export interface PollIntervals {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** One caller's wait for one lease. */
export class ReleaseWaiter {
  readonly #clock: Clock;
  /** Ends it. */
  readonly stop: () => void;
  readonly #lastMs: number;
  #pollMs: number;
  #released: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  constructor(clock: Clock, { firstMs, maxMs: lastMs }: PollIntervals, end: () => void) {
    this.#clock = clock;
    this.#pollMs = firstMs;
    this.#lastMs = lastMs;
    this.stop = end;
  }

  wake(): void {
    this.#released.resolve();
  }

  /** Until the lease was released since the last call, at most `maxMs`. @throws the reason of `signal` */
  async wait(maxMs: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const { promise: left, reject } = Promise.withResolvers<never>();
    const leave = () => reject(signal?.reason);
    signal?.addEventListener('abort', leave, { once: true });
    const cancel = this.#clock.setTimeout(() => this.wake(), Math.min(maxMs, this.#nextPollMs()));
    try {
      await Promise.race([this.#released.promise, left]);
    } finally {
      cancel();
      signal?.removeEventListener('abort', leave);
      this.#released = Promise.withResolvers<void>();
    }
  }

  /** Spread, so that processes do not ask at the same moment. */
  #nextPollMs(): number {
    const pollMs = this.#pollMs * (1 + SPREAD * (2 * Math.random() - 1));
    this.#pollMs = Math.min(this.#pollMs * 2, this.#lastMs);
    return pollMs;
  }
}
