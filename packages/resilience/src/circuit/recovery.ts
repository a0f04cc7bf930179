import type { Clock } from '../clock.ts';

export interface RecoveryOptions {
  readonly successThreshold: number;
  readonly trialPermits: number;
  readonly trialDeadlineMs: number;
  readonly clock: Clock;
}

/** The right to make one call while half open. */
export interface Trial {
  readonly deadline: number;
}

/**
 * One stay in half open: hands out trial permits, refuses above them, takes back those past their deadline and
 * counts successes. `verdict` settles once: it resolves after enough successes and rejects with the first failure.
 */
export class Recovery {
  readonly #options: RecoveryOptions;
  readonly #verdict: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly #trials: Set<Trial> = new Set();
  #successes = 0;
  #decided = false;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  get verdict(): Promise<void> {
    return this.#verdict.promise;
  }

  /** Whether a trial may start now. */
  hasPermit(): boolean {
    const now = this.#options.clock.monotonic();
    let running = 0;
    for (const trial of this.#trials) if (trial.deadline > now) running += 1;
    return !this.#decided && running < this.#options.trialPermits;
  }

  /** Takes a permit; only after `hasPermit()`. */
  start(): Trial {
    const trial: Trial = { deadline: this.#options.clock.monotonic() + this.#options.trialDeadlineMs };
    this.#trials.add(trial);
    return trial;
  }

  /** Forgets trials past their deadline. @returns how many */
  abandonLate(): number {
    const before = this.#trials.size;
    const now = this.#options.clock.monotonic();
    for (const trial of this.#trials) if (trial.deadline <= now) this.#trials.delete(trial);
    return before - this.#trials.size;
  }

  /** Gives a permit back. @returns whether the trial's result counts: it came in time */
  end(trial: Trial): boolean {
    const held = this.#trials.delete(trial);
    return held && trial.deadline > this.#options.clock.monotonic();
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

  fail(error: unknown): void {
    this.#decided = true;
    this.#verdict.reject(error);
  }
}
