import type { Clock } from '../clock.ts';

/** Ends a turn. */
export type Unlock = () => void;

/** Lets one caller a name through at a time, in the order they came. */
export class KeyedMutex {
  readonly #last: Map<string, Promise<void>> = new Map();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns undefined when the turn did not come within `waitMs` @throws the reason of `signal` */
  async acquire(name: string, waitMs: number, signal?: AbortSignal): Promise<Unlock | undefined> {
    signal?.throwIfAborted();
    const before = this.#last.get(name);
    const { promise, resolve: end } = Promise.withResolvers<void>();
    this.#last.set(name, promise);
    void promise.then(() => this.#forget(name, promise));
    if (!before) return end;
    const { promise: left, resolve, reject } = Promise.withResolvers<undefined>();
    const leave = () => reject(signal?.reason);
    signal?.addEventListener('abort', leave, { once: true });
    const cancel = this.#clock.setTimeout(() => resolve(undefined), waitMs);
    try {
      const turn = await Promise.race([before.then(() => end), left]);
      // Who gives up lets the next one through when the turn would have come.
      if (!turn) void before.then(end);
      return turn;
    } catch (error) {
      void before.then(end);
      throw error;
    } finally {
      cancel();
      signal?.removeEventListener('abort', leave);
    }
  }

  #forget(name: string, turn: Promise<void>): void {
    if (this.#last.get(name) === turn) this.#last.delete(name);
  }
}
