import type { Cancel, Clock } from '@plantcommunity/resilience';

/** How long a request waits for a call that was already late when the request joined it. */
const LATE_CALL_MS = 10_000;
/** A call is late after this many times its usual p95. */
const LATE_FACTOR = 2;

/**
 * Limits how long a request waits for a provider call of another request. A hanging call is never aborted, but a
 * request that joins it late waits only `LATE_CALL_MS`. A request waits until its deadline for its own call, and while
 * the provider's p95 is unknown.
 */
export class WaitLimit {
  /** Aborts when the request stops waiting: because of a late call, its deadline, or a caller who has left. */
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

  /** Whether the wait ended because of a late call. */
  get isOver(): boolean {
    return this.#end.signal.aborted;
  }

  /** Call when the request sends (0) or joins a call of this process that was sent `agoMs` ago. */
  sent(agoMs: number): void {
    this.#isKnown = true;
    this.#cancel();
    this.#limit(agoMs);
  }

  /** Call with the age of a call of another process; undefined when none is known. */
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
