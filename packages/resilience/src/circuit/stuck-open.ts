import type { Cancel, Clock } from '../clock.ts';
import type { CircuitState } from './state.ts';

const STUCK_AFTER_MS = 600_000;

/** Tells once an opening that a circuit has not been closed for ten minutes, trials or not. */
export class StuckOpenTimer {
  readonly #clock: Clock;
  readonly #tell: (downMs: number) => void;
  #isDown = false;
  #cancel: Cancel = () => {};

  constructor(clock: Clock, tell: (downMs: number) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  watch({ status: state, openedAt: downSince }: CircuitState): void {
    const isDown = state === 'open' || state === 'half_open';
    if (isDown === this.#isDown) return;
    this.#isDown = isDown;
    this.#cancel();
    if (!isDown) return;
    const downMs = () => this.#clock.monotonic() - downSince;
    this.#cancel = this.#clock.setTimeout(() => this.#tell(downMs()), STUCK_AFTER_MS - downMs());
  }

  close(): void {
    this.#cancel();
  }
}
