import type { Clock } from '../clock.ts';

/**
 * How long a circuit stays open, as cockatiel's back-off on our clock. cockatiel compares `duration` with a
 * difference of `Date.now()`, which steps when the machine's time is set; so it is told "for ever" until our
 * monotonic clock says that the time is over.
 */
export class OpenPeriod {
  readonly #length: (attempt: number) => number;
  readonly #clock: Clock;
  #lengthMs: number;
  #until = 0;

  /** @param length of the n-th period in a row, counted from 1, in milliseconds */
  constructor(length: (attempt: number) => number, clock: Clock) {
    this.#length = length;
    this.#clock = clock;
    this.#lengthMs = length(1);
  }

  get lengthMs(): number {
    return this.#lengthMs;
  }

  /** When the time is over, by the monotonic clock. */
  get until(): number {
    return this.#until;
  }

  get duration(): number {
    return this.#clock.monotonic() < this.#until ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  /** Goes on with a period that began elsewhere. */
  resume(lengthMs: number, until: number): void {
    this.#lengthMs = lengthMs;
    this.#until = until;
  }

  /** Called by cockatiel each time the circuit opens. */
  next({ attempt }: { readonly attempt: number }): this {
    this.#lengthMs = this.#length(attempt);
    this.#until = this.#clock.monotonic() + this.#lengthMs;
    return this;
  }
}
