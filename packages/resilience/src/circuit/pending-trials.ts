import type { CallResult, Permit } from './types.ts';

/** A trial that ended with a result that Redis does not know yet. */
interface EndedTrial {
  readonly permit: Permit & { readonly trial: string };
  readonly result: CallResult;
}

/** The result to report for a permit that was not used. */
const UNUSED: CallResult = { outcome: 'ignored', failure: '' };

/**
 * The trial permits that Redis has granted to this process, or may have granted: each stays taken in Redis until Redis
 * learns how its trial ended, or until its deadline.
 */
export class PendingTrials {
  readonly #trials: Map<string, EndedTrial | undefined> = new Map();

  /** Adds a trial for which a permit is requested. */
  add(trial: string): void {
    this.#trials.set(trial, undefined);
  }

  /** Removes a trial that Redis knows to be over, or did not admit. */
  remove(trial: string): void {
    this.#trials.delete(trial);
  }

  /** Ends a trial whose permit Redis may have granted, in a reply that was lost. */
  abandon(trial: string): void {
    this.complete({ generation: 0, trial }, UNUSED);
  }

  /** Ends a trial whose result Redis cannot be told now; does nothing for a permit that Redis did not grant. */
  complete({ generation, trial }: Permit, result: CallResult): void {
    if (trial === undefined || !this.#trials.has(trial)) return;
    this.#trials.set(trial, { permit: { generation, trial }, result });
  }

  /** Returns the ended trials to report to Redis. */
  unreported(): readonly EndedTrial[] {
    return [...this.#trials.values()].filter((ended) => ended !== undefined);
  }
}
