import type { Clock, Unsubscribe } from '@plantcommunity/resilience';

/** However much changes, watchers are told this often at most, */
const AT_MOST_EVERY_MS = 1_000;
/** and however little, this often at least: a feed that says nothing for longer is broken. */
const AT_LEAST_EVERY_MS = 10_000;

/** Resolves when `subscribe` has told of a change since the last time, at the pace above; at once when `signal` aborts. */
export class ChangeFeed {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #stop: Unsubscribe;
  #changed = false;
  #toldAt: number;
  #wake: (() => void) | undefined;

  constructor(subscribe: (listener: () => void) => Unsubscribe, clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
    this.#toldAt = clock.monotonic();
    this.#stop = subscribe(() => {
      this.#changed = true;
      this.#wake?.();
    });
    // What is told to whoever subscribes is how things stand.
    this.#changed = false;
  }

  async next(): Promise<void> {
    await this.#wait(AT_MOST_EVERY_MS, false);
    if (!this.#changed) await this.#wait(AT_LEAST_EVERY_MS, true);
    this.#changed = false;
    this.#toldAt = this.#clock.monotonic();
  }

  close(): void {
    this.#stop();
  }

  /** Until `ms` after the last time. */
  async #wait(ms: number, orChange: boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.setTimeout(resolve, this.#toldAt + ms - this.#clock.monotonic());
    const wake = () => resolve();
    if (orChange) this.#wake = wake;
    this.#signal.addEventListener('abort', wake, { once: true });
    if (this.#signal.aborted) resolve();
    await promise;
    cancel();
    this.#wake = undefined;
    this.#signal.removeEventListener('abort', wake);
  }
}
