import { Listeners, type Unsubscribe } from '../listeners.ts';
import { checkUntil } from './check-options.ts';
import type { CircuitEvent } from './circuit-events.ts';
import { classifyError } from './judge.ts';
import { CircuitRejectedError } from './rejected-error.ts';
import type { CallResult, CircuitStateMachine, Permit, Recorded, StateMachineObserver } from './rules.ts';
import { toSnapshot } from './snapshot.ts';
import type { CircuitState } from './state.ts';
import { StuckOpenTimer } from './stuck-open.ts';
import { IsolationTimer } from './timers.ts';
import { transition } from './transitions.ts';
import type { Circuit, CircuitOptions, CircuitOutcome, CircuitSnapshot, OverrideScope } from './types.ts';

const SUCCESS: CallResult = { outcome: 'success', failure: '' };

/** Makes calls as its rules allow, hands them the results and tells what happens. */
export class CircuitBreaker implements Circuit {
  readonly name: string;
  readonly #options: CircuitOptions;
  readonly #listeners: Listeners<CircuitEvent> = new Listeners();
  readonly #stuckOpen: StuckOpenTimer;
  readonly #isolationEnd: IsolationTimer;
  readonly #rules: CircuitStateMachine;
  #closed = false;

  /** @param decide makes the rules, which tell the observer what happens from then on */
  constructor(options: CircuitOptions, decide: (observer: StateMachineObserver) => CircuitStateMachine) {
    this.name = options.name;
    this.#options = options;
    this.#stuckOpen = new StuckOpenTimer(options.clock, (downMs) =>
      this.#listeners.emit({ type: 'stuck_open', downMs }),
    );
    this.#isolationEnd = new IsolationTimer(options.clock, () => this.#rules.refresh());
    this.#rules = decide({
      onTransition: (before, after) => this.#moved(before, after),
      onTrialAbandoned: () => this.#listeners.emit({ type: 'trial_abandoned' }),
      onRedisFailure: (error) => this.#listeners.emit({ type: 'redis_failed', error }),
    });
  }

  async execute<T>(work: () => Promise<T>): Promise<T> {
    const asked = this.#rules.tryAcquire();
    const pass = asked instanceof Promise ? await asked : asked;
    if (!pass) throw this.#reject();
    let value: T;
    try {
      value = await work();
    } catch (error) {
      await this.#note(pass, classifyError(error, this.#options), error);
      throw error;
    }
    if (this.#rules.isNoop(pass)) this.#listeners.emit({ type: 'call_succeeded' });
    else await this.#note(pass, SUCCESS);
    return value;
  }

  admits(): boolean {
    return this.#rules.admits();
  }

  snapshot(): CircuitSnapshot {
    return toSnapshot(this.#rules.state, this.#options);
  }

  async isolate(reason: string, until?: number): Promise<OverrideScope> {
    checkUntil(until);
    return this.#rules.apply({ type: 'isolate', reason, until });
  }

  release(reason: string = ''): Promise<OverrideScope> {
    return this.#rules.apply({ type: 'release', reason });
  }

  reset(reason: string): Promise<OverrideScope> {
    return this.#rules.apply({ type: 'reset', reason });
  }

  resetShared(reason: string): Promise<boolean> {
    return this.#rules.applyShared({ type: 'reset', reason });
  }

  subscribe(listener: (event: CircuitEvent) => void): Unsubscribe {
    const { failMax, resetTimeoutMs } = this.#options;
    listener({ type: 'initialized', failMax, resetTimeoutMs });
    return this.#listeners.add(listener);
  }

  close(): void {
    this.#closed = true;
    this.#stuckOpen.close();
    this.#isolationEnd.close();
    this.#rules.close();
  }

  #reject(): CircuitRejectedError {
    const { status: state, retryAt: restsUntil } = this.#rules.state;
    const waitMs = Math.max(0, restsUntil - this.#options.clock.monotonic());
    const retryAfterMs = state === 'half_open' || waitMs === Number.POSITIVE_INFINITY ? undefined : waitMs;
    this.#listeners.emit({ type: 'rejected', state, retryAfterMs });
    return new CircuitRejectedError(this.name, state, retryAfterMs);
  }

  #note(pass: Permit, result: CallResult, error?: unknown): Promise<void> {
    return this.#rules.record(pass, result, (noted) => this.#told(result.outcome, error, noted));
  }

  #told(outcome: CircuitOutcome, error: unknown, { failCount, successes }: Recorded): void {
    const { failMax, successThreshold: required } = this.#options;
    switch (outcome) {
      case 'success':
        this.#listeners.emit({ type: 'call_succeeded' });
        if (successes > 0) this.#listeners.emit({ type: 'trial_succeeded', successes, required });
        return;
      case 'failure':
        return this.#listeners.emit({ type: 'call_failed', error, failCount, failMax });
      case 'ignored':
        return this.#listeners.emit({ type: 'call_ignored', error });
    }
  }

  #moved(before: CircuitState, after: CircuitState): void {
    if (!this.#closed) {
      this.#stuckOpen.watch(after);
      this.#isolationEnd.watch(after);
    }
    const event = transition(before, after);
    if (event) this.#listeners.emit(event);
  }
}
