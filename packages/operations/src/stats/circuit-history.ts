import type { Circuit, CircuitStatus, Clock, Unsubscribe } from '@plantcommunity/resilience';

const KEPT_MS = 60 * 60_000;

/** `from`: in milliseconds since 1970. */
export interface StatePeriod {
  state: CircuitStatus;
  from: number;
}

/** What a circuit has been through in the last hour, as this process saw it. */
export class CircuitHistory {
  readonly #circuit: Pick<Circuit, 'snapshot'>;
  readonly #clock: Clock;
  readonly #stop: Unsubscribe;
  #bands: StatePeriod[] = [];
  #lastFailureAt: number | undefined;

  constructor(circuit: Pick<Circuit, 'snapshot' | 'subscribe'>, clock: Clock) {
    this.#circuit = circuit;
    this.#clock = clock;
    this.#stop = circuit.subscribe(({ type }) => {
      if (type === 'call_failed') this.#lastFailureAt = clock.now();
      this.#look();
    });
  }

  get lastFailureAt(): number | undefined {
    return this.#lastFailureAt;
  }

  /** Oldest first. */
  states(): readonly StatePeriod[] {
    this.#look();
    return [...this.#bands];
  }

  close(): void {
    this.#stop();
  }

  #look(): void {
    const { since, state } = this.#circuit.snapshot();
    if (this.#bands.at(-1)?.state !== state) this.#bands.push({ state, from: since });
    const oldest = this.#clock.now() - KEPT_MS;
    // A band that began earlier still counts while it reaches into the hour.
    this.#bands = this.#bands.filter(
      (_band, index) => (this.#bands[index + 1]?.from ?? Number.POSITIVE_INFINITY) > oldest,
    );
  }
}
