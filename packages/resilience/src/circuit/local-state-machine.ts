import {
  type CircuitBreakerPolicy,
  CircuitState as CockatielStatus,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
} from 'cockatiel';
import type { Clock } from '../clock.ts';
import { HalfOpenTrials } from './half-open.ts';
import { drawJitter, resetTimeout } from './state.ts';
import type {
  CallResult,
  Cause,
  CircuitConfig,
  CircuitState,
  CircuitStateMachine,
  Override,
  OverrideScope,
  Permit,
  Recorded,
  StateMachineObserver,
} from './types.ts';

/** cockatiel's half of a state; an override replaces it. */
interface CockatielPolicy {
  readonly breaker: CircuitBreakerPolicy;
  readonly period: OpenPeriod;
}

/** One stay in half open; `done` resolves when cockatiel has recorded its verdict. */
interface Recovery {
  readonly trials: HalfOpenTrials;
  readonly done: Promise<void>;
}

/**
 * Decides in one process alone. cockatiel counts consecutive failures, opens, half-opens and closes. This class adds
 * what cockatiel lacks: calls run beside the policy, which is given only the results that count, one after another. To
 * cockatiel a whole recovery is one half-open call; this class hands out the trial permits of the recovery, because
 * cockatiel would queue the callers above them and then release all at once.
 */
export class LocalStateMachine implements CircuitStateMachine {
  /**
   * The number of trials so far, of all local state machines of this process. It makes trial ids unique: a trial of an
   * earlier outage must not end a trial of this outage, which can have the same generation.
   */
  static #trials = 0;
  readonly #config: CircuitConfig;
  readonly #observer: StateMachineObserver;
  #state: CircuitState;
  #closedPermit: Permit;
  #policy: CockatielPolicy;
  #recovery: Recovery | undefined;
  #records: Promise<void> = Promise.resolve();
  #unrecorded = 0;

  constructor(config: CircuitConfig, state: CircuitState, observer: StateMachineObserver) {
    this.#config = config;
    this.#observer = observer;
    this.#state = state;
    this.#closedPermit = { generation: state.generation };
    this.#policy = this.#policyFor(state);
    if (state.status === 'half_open') this.#recovery = this.#recover(state.successes);
  }

  get state(): CircuitState {
    return this.#state;
  }

  admits(): boolean {
    const { status, retryAt } = this.#state;
    if (status === 'closed') return true;
    if (status === 'half_open') return this.#recovery?.trials.hasPermit() ?? false;
    return this.#config.clock.monotonic() >= retryAt;
  }

  tryAcquire(): Permit | undefined {
    if (this.#state.status === 'closed') return this.#closedPermit;
    this.#recovery?.trials.abandonLate(() => this.#observer.onTrialAbandoned());
    if (!this.admits()) return undefined;
    if (this.#state.status === 'isolated') {
      this.#close('release', '');
      return this.#closedPermit;
    }
    const { trials } = (this.#recovery ??= this.#halfOpen());
    LocalStateMachine.#trials += 1;
    const trial = String(LocalStateMachine.#trials);
    trials.start(trial);
    return { generation: this.#state.generation, trial };
  }

  isNoop(permit: Permit): boolean {
    const { generation, failCount, status } = this.#state;
    return status === 'closed' && failCount === 0 && this.#unrecorded === 0 && permit.generation === generation;
  }

  /** Results are recorded one after another: cockatiel records a result some microtasks after it got it. */
  record(permit: Permit, result: CallResult, onRecorded: (recorded: Recorded) => void): Promise<void> {
    this.#unrecorded += 1;
    this.#records = this.#records
      .then(() => this.#record(permit, result, onRecorded))
      .finally(() => {
        this.#unrecorded -= 1;
      });
    return this.#records;
  }

  async apply(override: Override): Promise<OverrideScope> {
    const { status, reason, until } = this.#state;
    if (override.type === 'isolate') {
      if (status !== 'isolated' || reason !== override.reason || until !== override.until) this.#isolate(override);
    } else if (override.type === 'reset' || status === 'isolated') this.#close(override.type, override.reason);
    return 'shared';
  }

  async applyShared(override: Override): Promise<boolean> {
    await this.apply(override);
    return true;
  }

  async refresh(): Promise<void> {
    if (this.#state.status === 'isolated' && this.admits()) this.#close('release', '');
  }

  close(): void {}

  async #record(
    permit: Permit,
    { outcome, failure }: CallResult,
    onRecorded: (recorded: Recorded) => void,
  ): Promise<void> {
    const { failCount } = this.#state;
    const isInTime = permit.trial === undefined || (this.#recovery?.trials.end(permit.trial) ?? false);
    const isCurrent = isInTime && permit.generation === this.#state.generation;
    if (!isCurrent || outcome === 'ignored') {
      return onRecorded({ failCount, isTrial: isCurrent && permit.trial !== undefined, successes: 0 });
    }
    if (outcome === 'success') return this.#recordSuccess(onRecorded);
    const failures = Math.min(failCount + 1, this.#config.failMax);
    onRecorded({ failCount: failures, isTrial: this.#recovery !== undefined, successes: this.#state.successes });
    this.#state = { ...this.#state, failCount: failures, lastFailure: failure };
    if (this.#recovery) {
      this.#recovery.trials.fail();
      return this.#recovery.done;
    }
    await this.#policy.breaker.execute(() => Promise.reject(new Error(failure))).catch(() => {});
  }

  async #recordSuccess(onRecorded: (recorded: Recorded) => void): Promise<void> {
    if (!this.#recovery) {
      onRecorded({ failCount: 0, isTrial: false, successes: 0 });
      this.#state = { ...this.#state, failCount: 0 };
      return this.#policy.breaker.execute(() => {});
    }
    const successes = this.#recovery.trials.succeed();
    onRecorded({ failCount: this.#state.failCount, isTrial: true, successes });
    this.#state = { ...this.#state, successes };
    if (successes >= this.#config.successThreshold) await this.#recovery.done;
  }

  /** Returns a policy of cockatiel as it would be after everything that led to this state. */
  #policyFor({ status, failCount, openings, resetTimeoutMs, retryAt }: CircuitState): CockatielPolicy {
    const random = () => drawJitter(this.#config);
    const period = new OpenPeriod((attempt) => resetTimeout(attempt, this.#config, random), this.#config.clock);
    const isDown = status === 'open' || status === 'half_open';
    const ownState = isDown
      ? { value: CockatielStatus.Open, openedAt: 0, attemptNo: openings }
      : { value: CockatielStatus.Closed };
    const breaker = circuitBreaker(handleAll, {
      breaker: new ConsecutiveBreaker(this.#config.failMax),
      halfOpenAfter: period,
      initialState: { ownState, breakerState: failCount },
    });
    if (isDown) period.resume(resetTimeoutMs, status === 'open' ? retryAt : Number.NEGATIVE_INFINITY);
    breaker.onBreak(() => this.#policy.breaker === breaker && this.#open());
    breaker.onReset(() => this.#policy.breaker === breaker && this.#close('calls', ''));
    return { breaker, period };
  }

  #halfOpen(): Recovery {
    const recovery = this.#recover(0);
    this.#transition({ status: 'half_open', cause: 'calls', successes: 0 });
    return recovery;
  }

  #recover(successes: number): Recovery {
    const trials = new HalfOpenTrials(this.#config, successes);
    const done = this.#policy.breaker.execute(() => trials.verdict).catch(() => {});
    return { trials, done };
  }

  #open(): void {
    this.#recovery = undefined;
    const { openings, openedAt } = this.#state;
    const { lengthMs: resetTimeoutMs, endsAt: retryAt } = this.#policy.period;
    const now = this.#config.clock.monotonic();
    const opening = { openings: openings + 1, openedAt: openings === 0 ? now : openedAt };
    this.#transition({ status: 'open', cause: 'calls', resetTimeoutMs, retryAt, ...opening });
  }

  #isolate({ reason, until }: Override & { readonly type: 'isolate' }): void {
    const { clock } = this.#config;
    this.#recovery = undefined;
    const retryAt = until === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() + until - clock.now();
    this.#transition({ status: 'isolated', cause: 'isolate', reason, until, retryAt });
  }

  #close(cause: Cause, reason: string): void {
    this.#recovery = undefined;
    const { resetTimeoutMs } = this.#config;
    const change = cause === 'calls' ? {} : { reason, until: undefined };
    this.#transition({ status: 'closed', cause, ...change, failCount: 0, openings: 0, resetTimeoutMs });
    if (cause !== 'calls') this.#policy = this.#policyFor(this.#state);
  }

  #transition(change: Partial<CircuitState>): void {
    const before = this.#state;
    const generation = before.generation + 1;
    this.#state = { ...before, ...change, generation, since: this.#config.clock.monotonic() };
    this.#closedPermit = { generation };
    this.#observer.onTransition(before, this.#state);
  }
}

/**
 * How long a circuit stays open: cockatiel's back-off on our clock. cockatiel compares `duration` with a difference of
 * `Date.now()`, which steps when the machine's time is set. So `duration` is infinite until our monotonic clock has
 * passed the end, and then negative infinite.
 */
class OpenPeriod {
  readonly #lengthOf: (attempt: number) => number;
  readonly #clock: Clock;
  #lengthMs: number;
  #endsAt = 0;

  /** @param lengthOf length of the n-th period in a row, counted from 1, in milliseconds */
  constructor(lengthOf: (attempt: number) => number, clock: Clock) {
    this.#lengthOf = lengthOf;
    this.#clock = clock;
    this.#lengthMs = lengthOf(1);
  }

  get lengthMs(): number {
    return this.#lengthMs;
  }

  /** The end, by the monotonic clock. */
  get endsAt(): number {
    return this.#endsAt;
  }

  get duration(): number {
    return this.#clock.monotonic() < this.#endsAt ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  /** Continues a period that began elsewhere. */
  resume(lengthMs: number, endsAt: number): void {
    this.#lengthMs = lengthMs;
    this.#endsAt = endsAt;
  }

  /** Begins the next period; cockatiel calls it each time the circuit opens. */
  next({ attempt }: { readonly attempt: number }): this {
    this.#lengthMs = this.#lengthOf(attempt);
    this.#endsAt = this.#clock.monotonic() + this.#lengthMs;
    return this;
  }
}
