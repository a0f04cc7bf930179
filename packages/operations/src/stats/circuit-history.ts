import type { ProviderName } from '@plantcommunity/identification';
import type { Circuit, Clock, Unsubscribe } from '@plantcommunity/resilience';
import { type CircuitStateStore, HISTORY_MS, type StatePeriod } from './circuit-state-store.ts';

export interface CircuitHistoryOptions {
  provider: ProviderName;
  circuit: Pick<Circuit, 'snapshot' | 'subscribe'>;
  store: CircuitStateStore;
  /** Whether Redis is available, so that states are those of all processes. */
  readonly isShared: () => boolean;
  clock: Clock;
}

interface SeenPeriod extends StatePeriod {
  isShared: boolean;
}

/**
 * The states of a circuit in the last hour. Each process writes the changes that it sees to Redis, and reads those of
 * all; without Redis it has its own.
 */
export class CircuitHistory {
  readonly #options: CircuitHistoryOptions;
  readonly #unsubscribe: Unsubscribe;
  /** As this process saw them, oldest first. */
  #seen: SeenPeriod[] = [];

  constructor(options: CircuitHistoryOptions) {
    this.#options = options;
    this.#unsubscribe = options.circuit.subscribe(() => {
      // If it cannot be written now, a later exchange writes it.
      if (this.#update() && options.isShared()) this.#exchange().catch(() => undefined);
    });
  }

  /** Returns the periods oldest first; each lasts until the next begins. Never rejects. */
  async states(): Promise<readonly StatePeriod[]> {
    this.#update();
    const own = this.#seen.map(({ from, state }) => ({ state, from }));
    if (!this.#options.isShared()) return own;
    return this.#exchange().then(
      (shared) => this.#untilNow(shared),
      () => own,
    );
  }

  close(): void {
    this.#unsubscribe();
  }

  /** Returns whether the state changed. */
  #update(): boolean {
    const { circuit, clock, isShared } = this.#options;
    const { since, state } = circuit.snapshot();
    const isNew = this.#seen.at(-1)?.state !== state;
    if (isNew) {
      // At its start a process assumes a closed circuit, until it hears of a state that began before.
      this.#seen = this.#seen.filter(({ from }) => from < since);
      this.#seen.push({ state, from: since, isShared: isShared() });
    }
    const oldest = clock.now() - HISTORY_MS;
    // Keep a period that began before the last hour and ended in it.
    this.#seen = this.#seen.filter(
      (_period, index) => (this.#seen[index + 1]?.from ?? Number.POSITIVE_INFINITY) > oldest,
    );
    return isNew;
  }

  #exchange(): Promise<readonly StatePeriod[]> {
    const { circuit, clock, provider, store } = this.#options;
    const now = clock.now();
    const { since, state } = circuit.snapshot();
    const earlier = this.#seen.slice(0, -1).filter(({ isShared }) => isShared);
    const seen = [...earlier, { state, from: since }].map((period) => ({
      state: period.state,
      ageMs: now - period.from,
    }));
    return store.exchange(provider, seen);
  }

  /** The last period has the state that this process knows, also if another process saw that state begin at another time. */
  #untilNow(shared: readonly StatePeriod[]): readonly StatePeriod[] {
    const { since, state } = this.#options.circuit.snapshot();
    const last = shared.at(-1);
    return last?.state === state ? shared : [...shared, { state, from: Math.max(since, last?.from ?? since) }];
  }
}
