import type { Cancel, Clock } from '../clock.ts';
import type { CircuitState } from './types.ts';

const STUCK_AFTER_MS = 600_000;

/** Reports, once an opening, that a circuit has not been closed for ten minutes, whether or not trials ran. */
export class StuckOpenTimer {
  readonly #clock: Clock;
  readonly #report: (downMs: number) => void;
  #isDown = false;
  #cancel: Cancel = () => {};

  constructor(clock: Clock, report: (downMs: number) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  watch({ status, openedAt }: CircuitState): void {
    const isDown = status === 'open' || status === 'half_open';
    if (isDown === this.#isDown) return;
    this.#isDown = isDown;
    this.#cancel();
    if (!isDown) return;
    const downMs = () => this.#clock.monotonic() - openedAt;
    this.#cancel = this.#clock.setTimeout(() => this.#report(downMs()), STUCK_AFTER_MS - downMs());
  }

  close(): void {
    this.#cancel();
  }
}
