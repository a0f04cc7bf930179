import type { Cancel, Clock } from '../clock.ts';
import type { Standing } from './standing.ts';

/** Timers cannot wait longer than a 32-bit number of milliseconds, and may fire a moment early. */
const LONGEST_MS = 2 ** 31 - 1;
const SHORTEST_MS = 20;

/** Calls at the end of each isolation, so that it is seen though nobody calls. */
export class IsolationEnd {
  readonly #clock: Clock;
  readonly #refresh: () => Promise<void>;
  #standing: Standing | undefined;
  #cancel: Cancel = () => {};

  constructor(clock: Clock, refresh: () => Promise<void>) {
    this.#clock = clock;
    this.#refresh = refresh;
  }

  watch(standing: Standing): void {
    this.#cancel();
    this.#standing = standing;
    if (standing.state !== 'isolated' || standing.restsUntil === Number.POSITIVE_INFINITY) return;
    const leftMs = standing.restsUntil - this.#clock.monotonic();
    const waitMs = Math.min(Math.max(leftMs, SHORTEST_MS), LONGEST_MS);
    this.#cancel = this.#clock.setTimeout(() => void this.#end(standing), waitMs);
  }

  close(): void {
    this.#cancel();
    this.#standing = undefined;
  }

  async #end(standing: Standing): Promise<void> {
    await this.#refresh();
    if (this.#standing === standing) this.watch(standing);
  }
}
