import type { Cancel, Clock } from '@plantcommunity/resilience';

/** How much longer a request waits for a call that was late already when the request joined it. */
const LATE_CALL_MS = 10_000;
/** A call is late from this many times its usual p95 on. */
const LATE_FACTOR = 2;

/**
 * How long one request waits for one provider. A call that hangs is left to run, but a request that comes later need
 * not hang with it. With the p95 of the provider's calls unknown, or for a call of its own, a request waits to its deadline.
 */
export class Patience {
  /** Aborts when the request waits no longer, for this or any other reason. */
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #slowMs: number | undefined;
  readonly #end = new AbortController();
  #isKnown = false;
  #cancel: Cancel = () => undefined;

  /** @param slowMs the usual p95; undefined: unknown */
  constructor(clock: Clock, slowMs: number | undefined, signal: AbortSignal) {
    this.#clock = clock;
    this.#slowMs = slowMs;
    this.signal = AbortSignal.any([signal, this.#end.signal]);
  }

  /** Whether it ended because of a late call. */
  get isOver(): boolean {
    return this.#end.signal.aborted;
  }

  /** A call of this process left so long ago: 0 for one that leaves now. */
  sent(agoMs: number): void {
    this.#isKnown = true;
    this.#cancel();
    this.#limit(agoMs);
  }

  /** A call of another process left so long ago; undefined: none is known. */
  sentElsewhere(agoMs: number | undefined): void {
    if (!this.#isKnown && agoMs !== undefined) this.#limit(agoMs);
  }

  close(): void {
    this.#isKnown = true;
    this.#cancel();
  }

  #limit(agoMs: number): void {
    if (this.#slowMs === undefined || agoMs <= LATE_FACTOR * this.#slowMs) return;
    this.#cancel = this.#clock.setTimeout(() => this.#end.abort(), LATE_CALL_MS);
  }
}
