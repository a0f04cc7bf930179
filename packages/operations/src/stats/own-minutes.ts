import type { AnswerType, ProviderCall, ProviderName } from '@plantcommunity/identification';
import type { Clock, LeaseEvent } from '@plantcommunity/resilience';
import { MINUTE_MS } from '../durations.ts';
import { countsOf, type LookupResult, type MinuteCounts, noCounts, type RateTier } from './minute-counts.ts';

/** Minutes that are kept, the running one included. */
export const MINUTES = 60;

/** Counts what happens in this process, by minute, for its `MinuteCounters`. Recording costs a few additions. */
export class OwnMinutes {
  readonly #clock: Clock;
  /** Minutes in which something happened, by their number since 1970, oldest first. */
  readonly #minutes = new Map<number, MinuteCounts>();
  #records = 0;
  /** Minutes that changed since `takeChanged`. */
  #changed = new Set<number>();
  readonly #heldLeases = new Map<ProviderName, Set<string>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  recordCall({ durationMs, outcome, provider, savedCredits }: ProviderCall): void {
    const counts = countsOf(this.#current(), provider);
    counts.outcomes[outcome] += 1;
    if (durationMs !== undefined) counts.durations.record(durationMs);
    if (savedCredits !== undefined) counts.savedCredits += savedCredits;
  }

  recordAnswer(type: AnswerType): void {
    this.#current().answers[type] += 1;
  }

  recordLookup(result: LookupResult): void {
    this.#current().lookups[result] += 1;
  }

  recordLease(provider: ProviderName, event: LeaseEvent): void {
    const held = this.#leasesOf(provider);
    if (event.type === 'acquired') {
      held.add(event.lease);
      const counts = countsOf(this.#current(), provider);
      counts.leases = Math.max(counts.leases, held.size);
    } else if (event.type === 'released' || event.type === 'lost') held.delete(event.lease);
    // An early refresh tries once and does not wait.
    const isTimeout = event.type === 'timed_out' && event.waitMs > 0;
    if (event.type === 'acquired' || event.type === 'done' || isTimeout) {
      this.#current().leaseWaits.record(event.waitedMs);
    }
    if (isTimeout) this.#current().leaseTimeouts += 1;
  }

  /** Records a counted failure; `failCount`: failures in a row. */
  recordFailure(provider: ProviderName, failCount: number): void {
    const counts = countsOf(this.#current(), provider);
    counts.failures = Math.max(counts.failures, failCount);
    counts.lastFailureAt = this.#clock.now();
  }

  /** Records a call that was answered with 429. */
  recordRefusal(tier: RateTier): void {
    this.#current().refused[tier] += 1;
  }

  recordResponse(status: number): void {
    const minute = this.#current();
    minute.responses += 1;
    if (status >= 500) minute.serverErrors += 1;
  }

  get(minute: number): MinuteCounts | undefined {
    return this.#minutes.get(minute);
  }

  /** Number of records so far: it tells whether anything happened. */
  get records(): number {
    return this.#records;
  }

  get hasChanged(): boolean {
    return this.#changed.size > 0;
  }

  /** Returns the minutes that changed since the last call. */
  takeChanged(): readonly number[] {
    this.#dropOld();
    const changed = [...this.#changed].filter((minute) => this.#minutes.has(minute));
    this.#changed = new Set();
    return changed;
  }

  /** Makes `takeChanged` return these minutes again, or all of them. */
  markChanged(minutes: Iterable<number> = this.#minutes.keys()): void {
    for (const minute of minutes) this.#changed.add(minute);
  }

  #current(): MinuteCounts {
    const minute = Math.floor(this.#clock.now() / MINUTE_MS);
    this.#records += 1;
    this.#changed.add(minute);
    let counts = this.#minutes.get(minute);
    if (counts === undefined) {
      this.#dropOld();
      counts = noCounts();
      this.#minutes.set(minute, counts);
    }
    return counts;
  }

  #dropOld(): void {
    const oldest = Math.floor(this.#clock.now() / MINUTE_MS) - MINUTES + 1;
    for (const minute of this.#minutes.keys()) if (minute < oldest) this.#minutes.delete(minute);
  }

  #leasesOf(provider: ProviderName): Set<string> {
    let leases = this.#heldLeases.get(provider);
    if (leases === undefined) this.#heldLeases.set(provider, (leases = new Set()));
    return leases;
  }
}
