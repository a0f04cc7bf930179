import type { CallResult, Permit } from './rules.ts';

/** How a trial ended of which Redis has not heard. */
interface EndedTrial {
  readonly pass: Permit & { readonly trial: string };
  readonly result: CallResult;
}

/** What to say of a permit that nobody uses. */
const UNUSED: CallResult = { outcome: 'ignored', failure: '' };

/**
 * The trial permits that Redis has given this process, or may have: each is taken there until Redis hears how its
 * trial ended, or its deadline comes.
 */
export class PendingTrials {
  readonly #permits: Map<string, EndedTrial | undefined> = new Map();

  /** Asked for. */
  add(trial: string): void {
    this.#permits.set(trial, undefined);
  }

  /** Redis knows that its trial is over, or has not given it. */
  remove(trial: string): void {
    this.#permits.delete(trial);
  }

  /** Redis may have given it, but that was lost on the way. */
  abandon(trial: string): void {
    this.complete({ generation: 0, trial }, UNUSED);
  }

  /** Its trial is over, which Redis cannot hear now; changes nothing for a permit that is not of Redis. */
  complete({ generation, trial }: Permit, result: CallResult): void {
    if (trial === undefined || !this.#permits.has(trial)) return;
    this.#permits.set(trial, { pass: { generation, trial }, result });
  }

  /** What Redis is still to hear. */
  unreported(): readonly EndedTrial[] {
    return [...this.#permits.values()].filter((ended) => ended !== undefined);
  }
}
