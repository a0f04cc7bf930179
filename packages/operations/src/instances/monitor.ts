import type { Cancel, Clock, Unsubscribe } from '@plantcommunity/resilience';
import type { InstanceRegistry } from './registry.ts';
import { type Agreement, agreementOf, type CircuitStates, isSame } from './standing.ts';

const EVERY_MS = 5_000;
/** After a change the others are asked again so soon: theirs is under way. */
const AFTER_CHANGE_MS = 1_000;

export interface InstanceMonitorOptions {
  registry: InstanceRegistry;
  /** How this instance sees the circuits now. */
  states(): CircuitStates;
  clock: Clock;
}

/**
 * This instance among the others: it says how it sees the circuits every five seconds and as soon as that changes, one
 * command each time, and hears what the others said. No request waits for it.
 */
export class InstanceMonitor {
  readonly #options: InstanceMonitorOptions;
  readonly #listeners = new Set<() => void>();
  #reported: CircuitStates | undefined;
  #agreement: Agreement | undefined;
  #cancelNext: Cancel | undefined;
  #closed = false;

  constructor(parts: InstanceMonitorOptions) {
    this.#options = parts;
  }

  start(): void {
    this.#beat(EVERY_MS);
  }

  /** To be told of whatever may have changed how this instance sees the circuits. */
  onCircuitEvent(): void {
    if (this.#reported !== undefined && !isSame(this.#reported, this.#options.states())) this.#beat(AFTER_CHANGE_MS);
  }

  /** Asks now; undefined while Redis does not answer. */
  async check(): Promise<Agreement | undefined> {
    if (this.#closed) return this.#agreement;
    const standing = this.#options.states();
    this.#reported = standing;
    const agreement = await this.#options.registry.exchange(standing).then(
      (words) => agreementOf(standing, words),
      () => undefined,
    );
    const before = this.#agreement;
    this.#agreement = agreement;
    if (before?.agree !== agreement?.agree || before?.known !== agreement?.known) {
      for (const listener of this.#listeners) listener();
    }
    return agreement;
  }

  /** Tells when the agreement is another than at the last look, whoever looked. */
  subscribe(listener: () => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelNext?.();
    // Whoever does not hear it knows a minute later.
    this.#options.registry.leave().catch(() => undefined);
  }

  #beat(nextMs: number): void {
    if (this.#closed) return;
    this.#cancelNext?.();
    this.#cancelNext = this.#options.clock.setTimeout(() => this.#beat(EVERY_MS), nextMs);
    void this.check();
  }
}
