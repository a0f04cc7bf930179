import type { Cancel, Clock, Unsubscribe } from '@plantcommunity/resilience';
import { type HeldLease, heldLeases } from './held-leases.ts';
import type { CircuitStates, InstanceRegistry, InstanceReport, ReportedLease } from './registry.ts';

const REPORT_EVERY_MS = 5_000;
/** Delay of the second report after a change: the other instances are changing, too. */
const REPORT_AFTER_CHANGE_MS = 1_000;
/** A report that is older does not count as agreement. */
const MAX_AGREEMENT_AGE_MS = 15_000;
/** Leases in a report. */
const MAX_LEASES = 50;

/** `agree` of `known` instances see the circuits as this one does; both counts include this one. */
export interface Agreement {
  agree: number;
  known: number;
}

export interface InstanceMonitorOptions {
  registry: InstanceRegistry;
  /** Returns how this instance sees the circuits now. */
  states(): CircuitStates;
  /** Returns the leases of answers that this instance holds or waits for now. */
  leases(): readonly ReportedLease[];
  clock: Clock;
}

/**
 * Compares this instance with the others. It reports how this instance sees the circuits, and its leases of answers,
 * every five seconds and after a change, with one Redis command, which returns the reports of the others. No request
 * waits for it.
 */
export class InstanceMonitor {
  readonly #options: InstanceMonitorOptions;
  readonly #listeners = new Set<() => void>();
  #reported: CircuitStates | undefined;
  #agreement: Agreement | undefined;
  #held: readonly HeldLease[] = [];
  #cancelNext: Cancel | undefined;
  #closed = false;

  constructor(options: InstanceMonitorOptions) {
    this.#options = options;
  }

  start(): void {
    this.#report(REPORT_EVERY_MS);
  }

  /** Reports at once when the event changed how this instance sees the circuits. */
  onCircuitEvent(): void {
    const reported = this.#reported;
    if (reported !== undefined && !isSame(this.#options.states(), reported)) this.#report(REPORT_AFTER_CHANGE_MS);
  }

  /** Reports now and returns the agreement; undefined while Redis does not answer. */
  async check(): Promise<Agreement | undefined> {
    if (this.#closed) return this.#agreement;
    const states = this.#options.states();
    this.#reported = states;
    const report = { states, leases: this.#options.leases().slice(0, MAX_LEASES) };
    const reports = await this.#options.registry.exchange(report).catch(() => undefined);
    const agreement = reports && agreementOf(states, reports);
    this.#held = heldLeases(reports ?? [], this.#options.clock.now());
    const before = this.#agreement;
    this.#agreement = agreement;
    if (before?.agree !== agreement?.agree || before?.known !== agreement?.known) {
      for (const listener of this.#listeners) listener();
    }
    return agreement;
  }

  /** Returns the leases of answers that instances held at the last check; none while Redis does not answer. */
  heldLeases(): readonly HeldLease[] {
    return this.#held;
  }

  /** Calls `listener` when a check changed the agreement. */
  subscribe(listener: () => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelNext?.();
    // If this fails, the registry forgets the instance a minute later.
    this.#options.registry.leave().catch(() => undefined);
  }

  #report(nextMs: number): void {
    if (this.#closed) return;
    this.#cancelNext?.();
    this.#cancelNext = this.#options.clock.setTimeout(() => this.#report(REPORT_EVERY_MS), nextMs);
    void this.check();
  }
}

export function agreementOf(own: CircuitStates, reports: readonly InstanceReport[]): Agreement {
  const agreeing = reports.filter(
    ({ ageMs, states }) => ageMs <= MAX_AGREEMENT_AGE_MS && states !== undefined && isSame(own, states),
  );
  return { agree: agreeing.length, known: reports.length };
}

function isSame(own: CircuitStates, other: NonNullable<InstanceReport['states']>): boolean {
  return Object.entries(own).every(([provider, state]) => other[provider] === state);
}
