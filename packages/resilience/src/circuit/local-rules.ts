import { type CircuitBreakerPolicy, CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import type { CircuitOptions, OrderReach } from './circuit.ts';
import { OpenPeriod } from './open-period.ts';
import { Recovery, TRIAL_DEADLINE_MS } from './recovery.ts';
import { drawJitter, resetTimeout } from './reset-timeout.ts';
import type { Noted, Order, Pass, Result, Rules, RulesObserver } from './rules.ts';
import type { Standing } from './standing.ts';

/** cockatiel's half of a standing; an order replaces it. */
interface Policy {
  readonly decides: CircuitBreakerPolicy;
  readonly period: OpenPeriod;
}

/** `over`: cockatiel has taken note of the recovery's verdict. */
interface Recovering {
  readonly recovery: Recovery;
  readonly over: Promise<void>;
}

/**
 * One process decides alone. cockatiel counts consecutive failures, opens, half-opens and closes. Around it stands what
 * it lacks: calls run beside the policy, which is told only of results that count, one after another; and to cockatiel
 * a whole recovery is one half-open call, in which we hand out the trial permits, since cockatiel would queue callers
 * above them and then release all at once.
 */
export class LocalRules implements Rules {
  /**
   * Trials so far, of all local rules of this process: a trial of an earlier outage must not end one of this outage,
   * which can have the same generation.
   */
  static #trials = 0;
  readonly #options: CircuitOptions;
  readonly #observer: RulesObserver;
  #standing: Standing;
  #pass: Pass;
  #policy: Policy;
  #recovering: Recovering | undefined;
  #notes: Promise<void> = Promise.resolve();
  #unnoted = 0;

  constructor(options: CircuitOptions, standing: Standing, observer: RulesObserver) {
    this.#options = options;
    this.#observer = observer;
    this.#standing = standing;
    this.#pass = { generation: standing.generation };
    this.#policy = this.#policyFor(standing);
    if (standing.state === 'half_open') this.#recovering = this.#recover(standing.successes);
  }

  get standing(): Standing {
    return this.#standing;
  }

  admits(): boolean {
    const { state, restsUntil } = this.#standing;
    if (state === 'closed') return true;
    if (state === 'half_open') return this.#recovering?.recovery.hasPermit() ?? false;
    return this.#options.clock.monotonic() >= restsUntil;
  }

  ask(): Pass | undefined {
    if (this.#standing.state === 'closed') return this.#pass;
    this.#recovering?.recovery.abandonLate(() => this.#observer.trialAbandoned());
    if (!this.admits()) return undefined;
    if (this.#standing.state === 'isolated') {
      this.#close('release', '');
      return this.#pass;
    }
    const { recovery } = (this.#recovering ??= this.#halfOpen());
    LocalRules.#trials += 1;
    const trial = String(LocalRules.#trials);
    recovery.start(trial);
    return { generation: this.#standing.generation, trial };
  }

  isRoutine(pass: Pass): boolean {
    const { generation, failCount, state } = this.#standing;
    return state === 'closed' && failCount === 0 && this.#unnoted === 0 && pass.generation === generation;
  }

  /** Results wait for each other: cockatiel takes note only some microtasks later. */
  note(pass: Pass, result: Result, told: (noted: Noted) => void): Promise<void> {
    this.#unnoted += 1;
    this.#notes = this.#notes
      .then(() => this.#note(pass, result, told))
      .finally(() => {
        this.#unnoted -= 1;
      });
    return this.#notes;
  }

  async give(order: Order): Promise<OrderReach> {
    const { state, reason, until } = this.#standing;
    if (order.give === 'isolate') {
      if (state !== 'isolated' || reason !== order.reason || until !== order.until) this.#isolate(order);
    } else if (order.give === 'reset' || state === 'isolated') this.#close(order.give, order.reason);
    return 'all';
  }

  async giveAll(order: Order): Promise<boolean> {
    await this.give(order);
    return true;
  }

  async refresh(): Promise<void> {
    if (this.#standing.state === 'isolated' && this.admits()) this.#close('release', '');
  }

  close(): void {}

  async #note(pass: Pass, { outcome, failure }: Result, told: (noted: Noted) => void): Promise<void> {
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

  async #noteSuccess(told: (noted: Noted) => void): Promise<void> {
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
  #policyFor({ state, failCount, openings, resetTimeoutMs, restsUntil }: Standing): Policy {
    const random = () => drawJitter(this.#options);
    const breaker = new ConsecutiveBreaker(this.#options.failMax);
    const period = new OpenPeriod((attempt) => resetTimeout(attempt, this.#options, random), this.#options.clock);
    const isDown = state === 'open' || state === 'half_open';
    const ownState = isDown
      ? { value: CircuitState.Open, openedAt: 0, attemptNo: openings }
      : { value: CircuitState.Closed };
    const initialState = { ownState, breakerState: failCount };
    const decides = circuitBreaker(handleAll, { breaker, halfOpenAfter: period, initialState });
    if (isDown) period.resume(resetTimeoutMs, state === 'open' ? restsUntil : Number.NEGATIVE_INFINITY);
    decides.onBreak(() => this.#policy.decides === decides && this.#opened());
    decides.onReset(() => this.#policy.decides === decides && this.#close('calls', ''));
    return { decides, period };
  }

  #halfOpen(): Recovering {
    const recovering = this.#recover(0);
    this.#move({ state: 'half_open', cause: 'calls', successes: 0 });
    return recovering;
  }

  #recover(successes: number): Recovering {
    const recovery = new Recovery({ trialDeadlineMs: TRIAL_DEADLINE_MS, ...this.#options, successes });
    const over = this.#policy.decides.execute(() => recovery.verdict).catch(() => {});
    return { recovery, over };
  }

  #opened(): void {
    this.#recovering = undefined;
    const { openings, downSince } = this.#standing;
    const { lengthMs: resetTimeoutMs, until: restsUntil } = this.#policy.period;
    const now = this.#options.clock.monotonic();
    const opening = { openings: openings + 1, downSince: openings === 0 ? now : downSince };
    this.#move({ state: 'open', cause: 'calls', resetTimeoutMs, restsUntil, ...opening });
  }

  #isolate({ reason, until }: Order & { readonly give: 'isolate' }): void {
    const { clock } = this.#options;
    this.#recovering = undefined;
    const restsUntil = until === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() + until - clock.now();
    this.#move({ state: 'isolated', cause: 'isolate', reason, until, restsUntil });
  }

  #close(cause: Standing['cause'], reason: string): void {
    this.#recovering = undefined;
    const { resetTimeoutMs } = this.#options;
    const change = cause === 'calls' ? {} : { reason, until: undefined };
    this.#move({ state: 'closed', cause, ...change, failCount: 0, openings: 0, resetTimeoutMs });
    if (cause !== 'calls') this.#policy = this.#policyFor(this.#standing);
  }

  #move(change: Partial<Standing>): void {
    const before = this.#standing;
    const generation = before.generation + 1;
    this.#standing = { ...before, ...change, generation, since: this.#options.clock.monotonic() };
    this.#pass = { generation };
    this.#observer.moved(before, this.#standing);
  }
}
