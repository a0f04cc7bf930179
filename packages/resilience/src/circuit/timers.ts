import type { Cancel, Clock } from '../clock.ts';
import type { CircuitState } from './state.ts';

/** Timers cannot wait longer than a 32-bit number of milliseconds, and may fire a moment early. */
const LONGEST_MS = 2 ** 31 - 1;
const SHORTEST_MS = 20;

/** Calls at the end of each isolation, so that it is seen though nobody calls. */
export class IsolationTimer {
  readonly #clock: Clock;
  readonly #refresh: () => Promise<void>;
  #standing: CircuitState | undefined;
  #cancel: Cancel = () => {};

  constructor(clock: Clock, refresh: () => Promise<void>) {
    this.#clock = clock;
    this.#refresh = refresh;
  }

  watch(standing: CircuitState): void {
    this.#cancel();
    this.#standing = standing;
    if (standing.status !== 'isolated' || standing.retryAt === Number.POSITIVE_INFINITY) return;
    const leftMs = standing.retryAt - this.#clock.monotonic();
    const waitMs = Math.min(Math.max(leftMs, SHORTEST_MS), LONGEST_MS);
    this.#cancel = this.#clock.setTimeout(() => void this.#end(standing), waitMs);
  }

  close(): void {
    this.#cancel();
    this.#standing = undefined;
  }

  async #end(standing: CircuitState): Promise<void> {
    await this.#refresh();
    if (this.#standing === standing) this.watch(standing);
  }
}
