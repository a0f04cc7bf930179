import { Listeners, type Unsubscribe } from '../listeners.ts';
import { checkUntil } from './check-options.ts';
import type { Circuit, CircuitOptions, CircuitSnapshot, OrderReach, Outcome } from './circuit.ts';
import type { CircuitEvent } from './circuit-events.ts';
import { CircuitRejectedError } from './circuit-rejected.ts';
import { IsolationEnd } from './isolation-end.ts';
import { judge } from './judge.ts';
import type { Noted, Pass, Result, Rules, RulesObserver } from './rules.ts';
import { toSnapshot } from './snapshot.ts';
import type { Standing } from './standing.ts';
import { StuckOpen } from './stuck-open.ts';
import { transition } from './transitions.ts';

const SUCCESS: Result = { outcome: 'success', failure: '' };

/** Makes calls as its rules allow, hands them the results and tells what happens. */
export class RuledCircuit implements Circuit {
  readonly name: string;
  readonly #options: CircuitOptions;
  readonly #listeners: Listeners<CircuitEvent> = new Listeners();
  readonly #stuckOpen: StuckOpen;
  readonly #isolationEnd: IsolationEnd;
  readonly #rules: Rules;
  #closed = false;

  /** @param decide makes the rules, which tell the observer what happens from then on */
  constructor(options: CircuitOptions, decide: (observer: RulesObserver) => Rules) {
    this.name = options.name;
    this.#options = options;
    this.#stuckOpen = new StuckOpen(options.clock, (downMs) => this.#listeners.emit({ type: 'stuck_open', downMs }));
    this.#isolationEnd = new IsolationEnd(options.clock, () => this.#rules.refresh());
    this.#rules = decide({
      moved: (before, after) => this.#moved(before, after),
      trialAbandoned: () => this.#listeners.emit({ type: 'trial_abandoned' }),
      redisFailed: (error) => this.#listeners.emit({ type: 'redis_failed', error }),
    });
  }

  async execute<T>(work: () => Promise<T>): Promise<T> {
    const asked = this.#rules.ask();
    const pass = asked instanceof Promise ? await asked : asked;
    if (!pass) throw this.#reject();
    let value: T;
    try {
      value = await work();
    } catch (error) {
      await this.#note(pass, judge(error, this.#options), error);
      throw error;
    }
    if (this.#rules.isRoutine(pass)) this.#listeners.emit({ type: 'call_succeeded' });
    else await this.#note(pass, SUCCESS);
    return value;
  }

  admits(): boolean {
    return this.#rules.admits();
  }

  snapshot(): CircuitSnapshot {
    return toSnapshot(this.#rules.standing, this.#options);
  }

  async isolate(reason: string, until?: number): Promise<OrderReach> {
    checkUntil(until);
    return this.#rules.give({ give: 'isolate', reason, until });
  }

  release(reason: string = ''): Promise<OrderReach> {
    return this.#rules.give({ give: 'release', reason });
  }

  reset(reason: string): Promise<OrderReach> {
    return this.#rules.give({ give: 'reset', reason });
  }

  resetForAll(reason: string): Promise<boolean> {
    return this.#rules.giveAll({ give: 'reset', reason });
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
    const { state, restsUntil } = this.#rules.standing;
    const waitMs = Math.max(0, restsUntil - this.#options.clock.monotonic());
    const retryAfterMs = state === 'half_open' || waitMs === Number.POSITIVE_INFINITY ? undefined : waitMs;
    this.#listeners.emit({ type: 'rejected', state, retryAfterMs });
    return new CircuitRejectedError(this.name, state, retryAfterMs);
  }

  #note(pass: Pass, result: Result, error?: unknown): Promise<void> {
    return this.#rules.note(pass, result, (noted) => this.#told(result.outcome, error, noted));
  }

  #told(outcome: Outcome, error: unknown, { failCount, successes }: Noted): void {
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

  #moved(before: Standing, after: Standing): void {
    if (!this.#closed) {
      this.#stuckOpen.watch(after);
      this.#isolationEnd.watch(after);
    }
    const event = transition(before, after);
    if (event) this.#listeners.emit(event);
  }
}
