import type { CircuitConfig } from './types.ts';

/**
 * The trials of one stay in half open: hands out permits, refuses above them, takes back those past their deadline and
 * counts successes. `verdict` settles once: it resolves after enough successes and rejects with the first failure.
 */
export class HalfOpenTrials {
  readonly #config: CircuitConfig;
  readonly #verdict: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  /** Deadlines by trial. */
  readonly #deadlines: Map<string, number> = new Map();
  #successes: number;
  #isDecided = false;

  /** @param successes trials that have succeeded before */
  constructor(config: CircuitConfig, successes: number) {
    this.#config = config;
    this.#successes = successes;
  }

  get verdict(): Promise<void> {
    return this.#verdict.promise;
  }

  /** Whether a trial may start now. */
  hasPermit(): boolean {
    const now = this.#config.clock.monotonic();
    let running = 0;
    for (const deadline of this.#deadlines.values()) if (deadline > now) running += 1;
    return !this.#isDecided && running < this.#config.trialPermits;
  }

  /** Takes a permit; only after `hasPermit()`. */
  start(trial: string): void {
    this.#deadlines.set(trial, this.#config.clock.monotonic() + this.#config.trialDeadlineMs);
  }

  /** Removes the trials past their deadline. */
  abandonLate(onAbandoned: () => void): void {
    const now = this.#config.clock.monotonic();
    for (const [trial, deadline] of this.#deadlines) {
      if (deadline <= now && this.#deadlines.delete(trial)) onAbandoned();
    }
  }

  /** Gives a permit back. @returns whether the result of the trial counts: it came in time */
  end(trial: string): boolean {
    const deadline = this.#deadlines.get(trial) ?? Number.NEGATIVE_INFINITY;
    this.#deadlines.delete(trial);
    return deadline > this.#config.clock.monotonic();
  }

  /** @returns successes so far */
  succeed(): number {
    this.#successes += 1;
    if (this.#successes >= this.#config.successThreshold) {
      this.#isDecided = true;
      this.#verdict.resolve();
    }
    return this.#successes;
  }

  fail(): void {
    this.#isDecided = true;
    this.#verdict.reject(new Error('a trial failed'));
  }
}
