import {
  type CircuitBreakerPolicy,
  CircuitState as CockatielState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
} from 'cockatiel';
import { HalfOpenTrials, TRIAL_DEADLINE_MS } from './half-open.ts';
import { OpenPeriod } from './open-period.ts';
import { drawJitter, resetTimeout } from './reset-timeout.ts';
import type { CallResult, CircuitStateMachine, Override, Permit, Recorded, StateMachineObserver } from './rules.ts';
import type { CircuitState } from './state.ts';
import type { CircuitOptions, OverrideScope } from './types.ts';

/** cockatiel's half of a standing; an order replaces it. */
interface Policy {
  readonly decides: CircuitBreakerPolicy;
  readonly period: OpenPeriod;
}

/** `over`: cockatiel has taken note of the recovery's verdict. */
interface Recovering {
  readonly recovery: HalfOpenTrials;
  readonly over: Promise<void>;
}

/**
 * One process decides alone. cockatiel counts consecutive failures, opens, half-opens and closes. Around it stands what
 * it lacks: calls run beside the policy, which is told only of results that count, one after another; and to cockatiel
 * a whole recovery is one half-open call, in which we hand out the trial permits, since cockatiel would queue callers
 * above them and then release all at once.
 */
export class LocalStateMachine implements CircuitStateMachine {
  /**
   * Trials so far, of all local rules of this process: a trial of an earlier outage must not end one of this outage,
   * which can have the same generation.
   */
  static #trials = 0;
  readonly #options: CircuitOptions;
  readonly #observer: StateMachineObserver;
  #standing: CircuitState;
  #pass: Permit;
  #policy: Policy;
  #recovering: Recovering | undefined;
  #notes: Promise<void> = Promise.resolve();
  #unnoted = 0;

  constructor(options: CircuitOptions, standing: CircuitState, observer: StateMachineObserver) {
    this.#options = options;
    this.#observer = observer;
    this.#standing = standing;
    this.#pass = { generation: standing.generation };
    this.#policy = this.#policyFor(standing);
    if (standing.status === 'half_open') this.#recovering = this.#recover(standing.successes);
  }

  get state(): CircuitState {
    return this.#standing;
  }

  admits(): boolean {
    const { status: state, retryAt: restsUntil } = this.#standing;
    if (state === 'closed') return true;
    if (state === 'half_open') return this.#recovering?.recovery.hasPermit() ?? false;
    return this.#options.clock.monotonic() >= restsUntil;
  }

  tryAcquire(): Permit | undefined {
    if (this.#standing.status === 'closed') return this.#pass;
    this.#recovering?.recovery.abandonLate(() => this.#observer.onTrialAbandoned());
    if (!this.admits()) return undefined;
    if (this.#standing.status === 'isolated') {
      this.#close('release', '');
      return this.#pass;
    }
    const { recovery } = (this.#recovering ??= this.#halfOpen());
    LocalStateMachine.#trials += 1;
    const trial = String(LocalStateMachine.#trials);
    recovery.start(trial);
    return { generation: this.#standing.generation, trial };
  }

  isNoop(pass: Permit): boolean {
    const { generation, failCount, status: state } = this.#standing;
    return state === 'closed' && failCount === 0 && this.#unnoted === 0 && pass.generation === generation;
  }

  /** Results wait for each other: cockatiel takes note only some microtasks later. */
  record(pass: Permit, result: CallResult, told: (noted: Recorded) => void): Promise<void> {
    this.#unnoted += 1;
    this.#notes = this.#notes
      .then(() => this.#note(pass, result, told))
      .finally(() => {
        this.#unnoted -= 1;
      });
    return this.#notes;
  }

  async apply(order: Override): Promise<OverrideScope> {
    const { status: state, reason, until } = this.#standing;
    if (order.type === 'isolate') {
      if (state !== 'isolated' || reason !== order.reason || until !== order.until) this.#isolate(order);
    } else if (order.type === 'reset' || state === 'isolated') this.#close(order.type, order.reason);
    return 'shared';
  }

  async applyShared(order: Override): Promise<boolean> {
    await this.apply(order);
    return true;
  }

  async refresh(): Promise<void> {
    if (this.#standing.status === 'isolated' && this.admits()) this.#close('release', '');
  }

  close(): void {}

  async #note(pass: Permit, { outcome, failure }: CallResult, told: (noted: Recorded) => void): Promise<void> {
    const { failCount } = this.#standing;
    const inTime = pass.trial === undefined || (this.#recovering?.recovery.end(pass.trial) ?? false);
    if (!inTime || pass.generation !== this.#standing.generation || outcome === 'ignored') {
      return told({ failCount, successes: 0 });
    }
    if (outcome === 'success') return this.#noteSuccess(told);
    const counted = Math.min(failCount + 1, this.#options.failMax);
    told({ failCount: counted, successes: 0 });
    this.#standing = { ...this.#standing, failCount: counted, lastFailure: failure };
    if (this.#recovering) {
      this.#recovering.recovery.fail();
      return this.#recovering.over;
    }
    await this.#policy.decides.execute(() => Promise.reject(new Error(failure))).catch(() => {});
  }

  async #noteSuccess(told: (noted: Recorded) => void): Promise<void> {
    if (!this.#recovering) {
      told({ failCount: 0, successes: 0 });
      this.#standing = { ...this.#standing, failCount: 0 };
      return this.#policy.decides.execute(() => {});
    }
    const successes = this.#recovering.recovery.succeed();
    told({ failCount: this.#standing.failCount, successes });
    this.#standing = { ...this.#standing, successes };
    if (successes >= this.#options.successThreshold) await this.#recovering.over;
  }

  /** As cockatiel would be after all that has led to this standing. */
  #policyFor({ status: state, failCount, openings, resetTimeoutMs, retryAt: restsUntil }: CircuitState): Policy {
    const random = () => drawJitter(this.#options);
    const breaker = new ConsecutiveBreaker(this.#options.failMax);
    const period = new OpenPeriod((attempt) => resetTimeout(attempt, this.#options, random), this.#options.clock);
    const isDown = state === 'open' || state === 'half_open';
    const ownState = isDown
      ? { value: CockatielState.Open, openedAt: 0, attemptNo: openings }
      : { value: CockatielState.Closed };
    const initialState = { ownState, breakerState: failCount };
    const decides = circuitBreaker(handleAll, { breaker, halfOpenAfter: period, initialState });
    if (isDown) period.resume(resetTimeoutMs, state === 'open' ? restsUntil : Number.NEGATIVE_INFINITY);
    decides.onBreak(() => this.#policy.decides === decides && this.#opened());
    decides.onReset(() => this.#policy.decides === decides && this.#close('calls', ''));
    return { decides, period };
  }

  #halfOpen(): Recovering {
    const recovering = this.#recover(0);
    this.#move({ status: 'half_open', cause: 'calls', successes: 0 });
    return recovering;
  }

  #recover(successes: number): Recovering {
    const recovery = new HalfOpenTrials({ trialDeadlineMs: TRIAL_DEADLINE_MS, ...this.#options, successes });
    const over = this.#policy.decides.execute(() => recovery.verdict).catch(() => {});
    return { recovery, over };
  }

  #opened(): void {
    this.#recovering = undefined;
    const { openings, openedAt: downSince } = this.#standing;
    const { lengthMs: resetTimeoutMs, until: restsUntil } = this.#policy.period;
    const now = this.#options.clock.monotonic();
    const opening = { openings: openings + 1, downSince: openings === 0 ? now : downSince };
    this.#move({ status: 'open', cause: 'calls', resetTimeoutMs, retryAt: restsUntil, ...opening });
  }

  #isolate({ reason, until }: Override & { readonly type: 'isolate' }): void {
    const { clock } = this.#options;
    this.#recovering = undefined;
    const restsUntil = until === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() + until - clock.now();
    this.#move({ status: 'isolated', cause: 'isolate', reason, until, retryAt: restsUntil });
  }

  #close(cause: CircuitState['cause'], reason: string): void {
    this.#recovering = undefined;
    const { resetTimeoutMs } = this.#options;
    const change = cause === 'calls' ? {} : { reason, until: undefined };
    this.#move({ status: 'closed', cause, ...change, failCount: 0, openings: 0, resetTimeoutMs });
    if (cause !== 'calls') this.#policy = this.#policyFor(this.#standing);
  }

  #move(change: Partial<CircuitState>): void {
    const before = this.#standing;
    const generation = before.generation + 1;
    this.#standing = { ...before, ...change, generation, since: this.#options.clock.monotonic() };
    this.#pass = { generation };
    this.#observer.onTransition(before, this.#standing);
  }
}
