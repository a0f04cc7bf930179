import type { Clock } from '../clock.ts';

/** Unless another is given. */
export const TRIAL_DEADLINE_MS = 60_000;

export interface RecoveryOptions {
  readonly successThreshold: number;
  readonly trialPermits: number;
  readonly trialDeadlineMs: number;
  /** So many trials have succeeded before. */
  readonly successes: number;
  readonly clock: Clock;
}

/**
 * One stay in half open: hands out trial permits, refuses above them, takes back those past their deadline and
 * counts successes. `verdict` settles once: it resolves after enough successes and rejects with the first failure.
 */
export class HalfOpenTrials {
  readonly #options: RecoveryOptions;
  readonly #verdict: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  /** Deadlines by the names of their trials. */
  readonly #trials: Map<string, number> = new Map();
  #successes: number;
  #decided = false;

  constructor(options: RecoveryOptions) {
    this.#options = options;
    this.#successes = options.successes;
  }

  get verdict(): Promise<void> {
    return this.#verdict.promise;
  }

  /** Whether a trial may start now. */
  hasPermit(): boolean {
    const now = this.#options.clock.monotonic();
    let running = 0;
    for (const deadline of this.#trials.values()) if (deadline > now) running += 1;
    return !this.#decided && running < this.#options.trialPermits;
  }

  /** Takes a permit; only after `hasPermit()`. */
  start(trial: string): void {
    this.#trials.set(trial, this.#options.clock.monotonic() + this.#options.trialDeadlineMs);
  }

  /** Forgets trials past their deadline. */
  abandonLate(onAbandoned: () => void): void {
    const now = this.#options.clock.monotonic();
    for (const [trial, deadline] of this.#trials) if (deadline <= now && this.#trials.delete(trial)) onAbandoned();
  }

  /** Gives a permit back. @returns whether the trial's result counts: it came in time */
  end(trial: string): boolean {
    const deadline = this.#trials.get(trial) ?? Number.NEGATIVE_INFINITY;
    this.#trials.delete(trial);
    return deadline > this.#options.clock.monotonic();
  }

  /** @returns successes so far */
  succeed(): number {
    this.#successes += 1;
    if (this.#successes >= this.#options.successThreshold) {
      this.#decided = true;
      this.#verdict.resolve();
    }
    return this.#successes;
  }

  fail(): void {
    this.#decided = true;
    this.#verdict.reject(new Error('a trial failed'));
  }
}
