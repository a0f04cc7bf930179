import { type CircuitBreakerPolicy, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import { checkOptions } from './check-options.ts';
import type { Circuit, CircuitOptions, CircuitSnapshot } from './circuit.ts';
import type { CircuitEvent } from './circuit-events.ts';
import { CircuitRejectedError } from './circuit-rejected.ts';
import { OpenPeriod } from './open-period.ts';
import { Recovery, type Trial } from './recovery.ts';
import { resetTimeout } from './reset-timeout.ts';

const TRIAL_DEADLINE_MS = 60_000;

type Phase =
  | { readonly at: 'closed' }
  | { readonly at: 'open' }
  /** `over`: cockatiel has taken note of the recovery's verdict. */
  | { readonly at: 'half_open'; readonly recovery: Recovery; readonly over: Promise<void> };

/** Leave to make one call. Its result counts only while the phase that gave it lasts. */
interface Admission {
  readonly phase: Phase;
  readonly trial?: Trial;
}

/**
 * The circuit of one process. cockatiel decides: it counts consecutive failures, opens, half-opens and closes.
 * Around it stands what it lacks: calls run beside the policy, which is told only of results that count, one after
 * another; and to cockatiel a whole recovery is one half-open call, in which we hand out the trial permits, since
 * cockatiel would queue callers above them and then release all at once.
 */
export class LocalCircuit implements Circuit {
  readonly name: string;
  readonly #options: CircuitOptions;
  readonly #listeners: Listeners<CircuitEvent> = new Listeners();
  readonly #breaker: ConsecutiveBreaker;
  readonly #period: OpenPeriod;
  readonly #policy: CircuitBreakerPolicy;
  #phase: Phase = { at: 'closed' };
  #since: number;
  #downSince = 0;
  #lastFailure: string | undefined;
  #reports: Promise<void> = Promise.resolve();
  #unreported = 0;

  constructor(options: CircuitOptions) {
    checkOptions(options);
    const { clock } = options;
    const random = () => options.random?.() ?? Math.random();
    this.name = options.name;
    this.#options = options;
    this.#since = clock.now();
    this.#breaker = new ConsecutiveBreaker(options.failMax);
    this.#period = new OpenPeriod((attempt) => resetTimeout(attempt, options, random), clock);
    this.#policy = circuitBreaker(handleAll, { breaker: this.#breaker, halfOpenAfter: this.#period });
    this.#policy.onBreak(() => this.#opened());
    this.#policy.onReset(() => this.#closed());
  }

  async execute<T>(work: () => Promise<T>): Promise<T> {
    const admission = this.#admit();
    let value: T;
    try {
      value = await work();
    } catch (error) {
      await this.#settle(admission, error);
      throw error;
    }
    if (this.#changesNothing(admission)) this.#listeners.emit({ type: 'call_succeeded' });
    else await this.#report(() => this.#countSuccess(admission));
    return value;
  }

  admits(): boolean {
    const phase = this.#phase;
    switch (phase.at) {
      case 'closed':
        return true;
      case 'open':
        return this.#period.remainingMs === 0;
      case 'half_open':
        return phase.recovery.hasPermit();
    }
  }

  snapshot(): CircuitSnapshot {
    const { clock, failMax, resetTimeoutMs } = this.#options;
    const state = this.#phase.at;
    return {
      name: this.name,
      state,
      since: this.#since,
      failCount: this.#failCount,
      failMax,
      resetTimeoutMs: state === 'closed' ? resetTimeoutMs : this.#period.lengthMs,
      isHealthy: state === 'closed',
      isDegraded: state === 'half_open',
      isUnavailable: state === 'open',
      ...(state === 'open' && { nextTrialAt: clock.now() + this.#period.remainingMs }),
      ...(this.#lastFailure !== undefined && { lastFailure: this.#lastFailure }),
    };
  }

  subscribe(listener: (event: CircuitEvent) => void): Unsubscribe {
    const { failMax, resetTimeoutMs } = this.#options;
    listener({ type: 'initialized', failMax, resetTimeoutMs });
    return this.#listeners.add(listener);
  }

  /** @throws {CircuitRejectedError} */
  #admit(): Admission {
    if (this.#phase.at === 'closed') return { phase: this.#phase };
    if (this.#phase.at === 'half_open') this.#abandonLateTrials(this.#phase.recovery);
    if (!this.admits()) {
      const retryAfterMs = this.#phase.at === 'open' ? this.#period.remainingMs : undefined;
      this.#listeners.emit({ type: 'rejected', state: this.#phase.at, retryAfterMs });
      throw new CircuitRejectedError(this.name, this.#phase.at, retryAfterMs);
    }
    const phase = this.#phase.at === 'half_open' ? this.#phase : this.#halfOpen();
    return { phase, trial: phase.recovery.start() };
  }

  #abandonLateTrials(recovery: Recovery): void {
    for (let late = recovery.abandonLate(); late > 0; late -= 1) this.#listeners.emit({ type: 'trial_abandoned' });
  }

  async #settle(admission: Admission, error: unknown): Promise<void> {
    switch (this.#options.classify(error)) {
      case 'success':
        return this.#report(() => this.#countSuccess(admission));
      case 'failure':
        return this.#report(() => this.#countFailure(admission, error));
      case 'ignored':
        this.#counts(admission);
        return this.#listeners.emit({ type: 'call_ignored', error });
    }
  }

  /** A success in a closed circuit without failures: nothing to tell cockatiel. */
  #changesNothing({ phase, trial }: Admission): boolean {
    return !trial && phase === this.#phase && this.#unreported === 0 && this.#failCount === 0;
  }

  /** Reports wait for each other: cockatiel takes note only some microtasks later. They never fail. */
  #report(report: () => Promise<void>): Promise<void> {
    this.#unreported += 1;
    this.#reports = this.#reports.then(report).finally(() => {
      this.#unreported -= 1;
    });
    return this.#reports;
  }

  async #countSuccess(admission: Admission): Promise<void> {
    this.#listeners.emit({ type: 'call_succeeded' });
    if (!this.#counts(admission)) return;
    const { phase } = admission;
    if (phase.at !== 'half_open') return this.#policy.execute(() => {});
    const { successThreshold: required } = this.#options;
    const successes = phase.recovery.succeed();
    this.#listeners.emit({ type: 'trial_succeeded', successes, required });
    if (successes >= required) await phase.over;
  }

  async #countFailure(admission: Admission, error: unknown): Promise<void> {
    const { failMax } = this.#options;
    if (!this.#counts(admission)) {
      return this.#listeners.emit({ type: 'call_failed', error, failCount: this.#failCount, failMax });
    }
    // The name, not the constructor's: that one may have been minified.
    this.#lastFailure = error instanceof Error ? error.name : typeof error;
    this.#listeners.emit({ type: 'call_failed', error, failCount: Math.min(this.#failCount + 1, failMax), failMax });
    const { phase } = admission;
    if (phase.at === 'half_open') {
      phase.recovery.fail(error);
      return phase.over;
    }
    await this.#policy.execute(() => Promise.reject(error)).catch(() => {});
  }

  /** Whether a result may move the state; gives a trial's permit back. */
  #counts({ phase, trial }: Admission): boolean {
    const inTime = phase.at === 'half_open' && trial ? phase.recovery.end(trial) : true;
    return inTime && phase === this.#phase;
  }

  /** A failed recovery ends open too, so cockatiel's failure counter may stand above its limit. */
  get #failCount(): number {
    return Math.min(this.#breaker.state, this.#options.failMax);
  }

  #halfOpen(): Phase & { readonly at: 'half_open' } {
    const recovery = new Recovery({ trialDeadlineMs: TRIAL_DEADLINE_MS, ...this.#options });
    const over = this.#policy.execute(() => recovery.verdict).catch(() => {});
    const phase = { at: 'half_open', recovery, over } as const;
    this.#enter(phase);
    this.#listeners.emit({ type: 'half_opened' });
    return phase;
  }

  #opened(): void {
    const again = this.#phase.at === 'half_open';
    if (!again) this.#downSince = this.#options.clock.monotonic();
    this.#enter({ at: 'open' });
    const resetTimeoutMs = this.#period.lengthMs;
    this.#listeners.emit(
      again ? { type: 'reopened', resetTimeoutMs } : { type: 'opened', failCount: this.#failCount, resetTimeoutMs },
    );
  }

  #closed(): void {
    this.#enter({ at: 'closed' });
    this.#listeners.emit({ type: 'closed', downMs: this.#options.clock.monotonic() - this.#downSince });
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#since = this.#options.clock.now();
  }
}
