import { type Clock, type Unsubscribe, type WaitEvent, waitFor } from '@plantcommunity/resilience';

/** Shortest time between two reports, however much changes: a change reaches who watches within a second. */
const MIN_INTERVAL_MS = 500;
/** Longest time between two reports: a feed that is silent for longer counts as broken. */
const MAX_INTERVAL_MS = 10_000;

const NEVER: WaitEvent<void> = () => () => undefined;

/** Reports the changes of a source, at most twice a second and at least every ten seconds. */
export class ChangeFeed {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #unsubscribe: Unsubscribe;
  #changed = false;
  #reportedAt: number;
  #onChange: (() => void) | undefined;

  constructor(subscribe: (listener: () => void) => Unsubscribe, clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
    this.#reportedAt = clock.monotonic();
    this.#unsubscribe = subscribe(() => {
      this.#changed = true;
      this.#onChange?.();
    });
    // A source reports its present state to a new subscriber: that is no change.
    this.#changed = false;
  }

  /** Resolves after the next change, or when the longest interval has passed; at once when the signal aborts. */
  async next(): Promise<void> {
    await this.#wait(MIN_INTERVAL_MS, NEVER);
    if (!this.#changed) await this.#wait(MAX_INTERVAL_MS, (fire) => this.#subscribe(fire));
    this.#changed = false;
    this.#reportedAt = this.#clock.monotonic();
  }

  close(): void {
    this.#unsubscribe();
  }

  #subscribe(onChange: () => void): Unsubscribe {
    this.#onChange = onChange;
    return () => {
      this.#onChange = undefined;
    };
  }

  /** Waits for `event`, at most until `intervalMs` after the last report. */
  async #wait(intervalMs: number, event: WaitEvent<void>): Promise<void> {
    const clock = this.#clock;
    const signal = this.#signal;
    const timeoutMs = this.#reportedAt + intervalMs - clock.monotonic();
    try {
      await waitFor(event, { timeoutMs, clock, signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
