import type { Circuit, CircuitStatus, Clock, Unsubscribe } from '@plantcommunity/resilience';

const HISTORY_MS = 60 * 60_000;

/** A time in which a circuit had one state; `from` in milliseconds since 1970. */
export interface StatePeriod {
  state: CircuitStatus;
  from: number;
}

/** Remembers the states of a circuit in the last hour, as this process saw them. */
export class CircuitHistory {
  readonly #circuit: Pick<Circuit, 'snapshot'>;
  readonly #clock: Clock;
  readonly #unsubscribe: Unsubscribe;
  #periods: StatePeriod[] = [];
  #lastFailureAt: number | undefined;

  constructor(circuit: Pick<Circuit, 'snapshot' | 'subscribe'>, clock: Clock) {
    this.#circuit = circuit;
    this.#clock = clock;
    this.#unsubscribe = circuit.subscribe(({ type }) => {
      if (type === 'call_failed') this.#lastFailureAt = clock.now();
      this.#update();
    });
  }

  /** When this process saw the last failed call, in milliseconds since 1970. */
  get lastFailureAt(): number | undefined {
    return this.#lastFailureAt;
  }

  /** Returns the periods oldest first; each lasts until the next begins. */
  states(): readonly StatePeriod[] {
    this.#update();
    return [...this.#periods];
  }

  close(): void {
    this.#unsubscribe();
  }

  #update(): void {
    const { since, state } = this.#circuit.snapshot();
    if (this.#periods.at(-1)?.state !== state) this.#periods.push({ state, from: since });
    const oldest = this.#clock.now() - HISTORY_MS;
    // Keep a period that began before the last hour and ended in it.
    this.#periods = this.#periods.filter(
      (_period, index) => (this.#periods[index + 1]?.from ?? Number.POSITIVE_INFINITY) > oldest,
    );
  }
}
