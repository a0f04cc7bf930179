import type { Cancel, Clock, Unsubscribe } from '@plantcommunity/resilience';
import type { RollCall } from './roll-call.ts';
import { type Agreement, agreementOf, isSame, type Standing } from './standing.ts';

const EVERY_MS = 5_000;
/** After a change the others are asked again so soon: theirs is under way. */
const AFTER_CHANGE_MS = 1_000;

export interface FleetParts {
  rollCall: RollCall;
  /** How this instance sees the circuits now. */
  standing(): Standing;
  clock: Clock;
}

/**
 * This instance among the others: it says how it sees the circuits every five seconds and as soon as that changes, one
 * command each time, and hears what the others said. No request waits for it.
 */
export class Fleet {
  readonly #parts: FleetParts;
  readonly #listeners = new Set<() => void>();
  #said: Standing | undefined;
  #agreement: Agreement | undefined;
  #cancelNext: Cancel | undefined;
  #closed = false;

  constructor(parts: FleetParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#beat(EVERY_MS);
  }

  /** To be told of whatever may have changed how this instance sees the circuits. */
  note(): void {
    if (this.#said !== undefined && !isSame(this.#said, this.#parts.standing())) this.#beat(AFTER_CHANGE_MS);
  }

  /** Asks now; undefined while Redis does not answer. */
  async look(): Promise<Agreement | undefined> {
    if (this.#closed) return this.#agreement;
    const standing = this.#parts.standing();
    this.#said = standing;
    const agreement = await this.#parts.rollCall.answer(standing).then(
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
    this.#parts.rollCall.leave().catch(() => undefined);
  }

  #beat(nextMs: number): void {
    if (this.#closed) return;
    this.#cancelNext?.();
    this.#cancelNext = this.#parts.clock.setTimeout(() => this.#beat(EVERY_MS), nextMs);
    void this.look();
  }
}
