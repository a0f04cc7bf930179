import type { Cancel, Clock } from '../clock.ts';
import { LONGEST_MS } from '../range.ts';
import type { CircuitState } from './types.ts';

/** A timer may fire a moment early; the next check of the same isolation waits at least this long. */
const SHORTEST_MS = 20;

/** Refreshes the circuit at the end of each isolation, so that the end is noticed without a call. */
export class IsolationTimer {
  readonly #clock: Clock;
  readonly #refresh: () => Promise<void>;
  #watched: CircuitState | undefined;
  #cancel: Cancel = () => {};

  constructor(clock: Clock, refresh: () => Promise<void>) {
    this.#clock = clock;
    this.#refresh = refresh;
  }

  watch(state: CircuitState): void {
    this.#cancel();
    this.#watched = state;
    if (state.status !== 'isolated' || state.retryAt === Number.POSITIVE_INFINITY) return;
    const leftMs = state.retryAt - this.#clock.monotonic();
    const waitMs = Math.min(Math.max(leftMs, SHORTEST_MS), LONGEST_MS);
    this.#cancel = this.#clock.setTimeout(() => void this.#check(state), waitMs);
  }

  close(): void {
    this.#cancel();
    this.#watched = undefined;
  }

  async #check(state: CircuitState): Promise<void> {
    await this.#refresh();
    if (this.#watched === state) this.watch(state);
  }
}
