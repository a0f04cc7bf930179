import type { Clock } from '../clock.ts';
import { waitFor } from '../wait.ts';

export type Unlock = () => void;

/** A mutex per key within this process, first come, first served. */
export class KeyedMutex {
  readonly #tails: Map<string, Promise<void>> = new Map();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns undefined when the key was not free within `waitMs` @throws the reason of `signal` */
  async acquire(key: string, waitMs: number, signal?: AbortSignal): Promise<Unlock | undefined> {
    signal?.throwIfAborted();
    const previous = this.#tails.get(key);
    const { promise: tail, resolve: unlock } = Promise.withResolvers<void>();
    this.#tails.set(key, tail);
    void tail.then(() => this.#forget(key, tail));
    if (!previous) return unlock;
    let isOurs = false;
    try {
      const turn = previous.then(() => true);
      isOurs = (await waitFor(turn, { timeoutMs: waitMs, clock: this.#clock, signal })) ?? false;
      return isOurs ? unlock : undefined;
    } finally {
      // A caller that gave up passes its turn on to the next one when it comes.
      if (!isOurs) void previous.then(unlock);
    }
  }

  #forget(key: string, tail: Promise<void>): void {
    if (this.#tails.get(key) === tail) this.#tails.delete(key);
  }
}
