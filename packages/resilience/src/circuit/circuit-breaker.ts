import { systemClock } from '../clock.ts';
import { ResilienceError } from '../errors.ts';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import { checkRange, LONGEST_MS } from '../range.ts';
import { IsolationTimer } from './isolation-timer.ts';
import { LocalStateMachine } from './local-state-machine.ts';
import { RedisStateMachine } from './redis-state-machine.ts';
import { initialState, toSnapshot, transitionEvent } from './state.ts';
import { StuckOpenTimer } from './stuck-open-timer.ts';
import type {
  CallResult,
  Circuit,
  CircuitConfig,
  CircuitEvent,
  CircuitOptions,
  CircuitOutcome,
  CircuitSnapshot,
  CircuitState,
  CircuitStateMachine,
  CircuitStatus,
  OverrideScope,
  Permit,
  Recorded,
  StateMachineObserver,
} from './types.ts';

const MAX_RESET_TIMEOUT_MS = 300_000;
/** The maximum of a Date, in epoch milliseconds. */
const LAST_MOMENT_MS = 8_640_000_000_000_000;
const SUCCESS: CallResult = { outcome: 'success', failure: '' };

/** The circuit rejected the call; nothing was sent. The error has no stack: a rejection is an answer, not a fault. */
export class CircuitRejectedError extends ResilienceError {
  override readonly name = 'CircuitRejectedError';
  readonly circuit: string;
  readonly state: CircuitStatus;

  /** @param retryAfterMs time until the next trial may run; unknown while trials are running */
  constructor(circuit: string, state: CircuitStatus, retryAfterMs?: number) {
    // Walking the stack takes longer than the rest of a rejection, and there may be many rejections.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super('circuit_rejected', `circuit ${circuit} is ${state}`, { retryAfterMs });
    Error.stackTraceLimit = limit;
    this.circuit = circuit;
    this.state = state;
  }
}

/**
 * Makes a circuit breaker: it stops calling a service that fails, rejects calls at once while the service is down, and
 * finds out with a few trials when the service is back.
 * @throws {RangeError} naming the invalid option
 */
export function createCircuit(options: CircuitOptions): Circuit {
  const config = withDefaults(options);
  checkConfig(config);
  const { redis, prefix = 'circuit' } = options;
  return new CircuitBreaker(config, (observer) =>
    redis
      ? new RedisStateMachine(config, redis, prefix, observer)
      : new LocalStateMachine(config, initialState(config), observer),
  );
}

function withDefaults(options: CircuitOptions): CircuitConfig {
  const { resetTimeoutMs = 30_000 } = options;
  return {
    name: options.name,
    failMax: options.failMax ?? 5,
    resetTimeoutMs,
    maxResetTimeoutMs: options.maxResetTimeoutMs ?? Math.max(MAX_RESET_TIMEOUT_MS, resetTimeoutMs),
    successThreshold: options.successThreshold ?? 2,
    trialPermits: options.trialPermits ?? 2,
    trialDeadlineMs: options.trialDeadlineMs ?? 60_000,
    classify: (error) => options.classify?.(error) ?? defaultOutcome(error),
    nameFailure: (error) => options.nameFailure?.(error) ?? nameOf(error),
    clock: options.clock ?? systemClock,
    random: () => options.random?.() ?? Math.random(),
  };
}

function checkConfig(config: CircuitConfig): void {
  for (const name of ['failMax', 'successThreshold', 'trialPermits'] as const) {
    checkRange(name, config[name], { min: 1, whole: true });
  }
  checkRange('resetTimeoutMs', config.resetTimeoutMs, { min: 1, max: LONGEST_MS });
  checkRange('maxResetTimeoutMs', config.maxResetTimeoutMs, { min: config.resetTimeoutMs, max: LONGEST_MS });
  checkRange('trialDeadlineMs', config.trialDeadlineMs, { min: 1, max: LONGEST_MS });
}

/** Makes calls as its state machine allows, hands it the results and emits events. */
class CircuitBreaker implements Circuit {
  readonly name: string;
  readonly #config: CircuitConfig;
  readonly #listeners: Listeners<CircuitEvent> = new Listeners();
  readonly #stuckOpen: StuckOpenTimer;
  readonly #isolation: IsolationTimer;
  readonly #machine: CircuitStateMachine;
  #isClosed = false;

  constructor(config: CircuitConfig, createMachine: (observer: StateMachineObserver) => CircuitStateMachine) {
    this.name = config.name;
    this.#config = config;
    this.#stuckOpen = new StuckOpenTimer(config.clock, (downMs) =>
      this.#listeners.emit({ type: 'stuck_open', downMs }),
    );
    this.#isolation = new IsolationTimer(config.clock, () => this.#machine.refresh());
    this.#machine = createMachine({
      onTransition: (before, after) => this.#onTransition(before, after),
      onTrialAbandoned: () => this.#listeners.emit({ type: 'trial_abandoned' }),
      onRedisFailure: (error) => this.#listeners.emit({ type: 'redis_failed', error }),
    });
  }

  async execute<T>(work: () => Promise<T>): Promise<T> {
    const acquired = this.#machine.tryAcquire();
    const permit = acquired instanceof Promise ? await acquired : acquired;
    if (!permit) throw this.#rejection();
    let value: T;
    try {
      value = await work();
    } catch (error) {
      await this.#record(permit, classifyError(error, this.#config), error);
      throw error;
    }
    if (this.#machine.isNoop(permit)) this.#listeners.emit({ type: 'call_succeeded' });
    else await this.#record(permit, SUCCESS);
    return value;
  }

  admits(): boolean {
    return this.#machine.admits();
  }

  snapshot(): CircuitSnapshot {
    return toSnapshot(this.#machine.state, this.#config);
  }

  async isolate(reason: string, until?: number): Promise<OverrideScope> {
    if (until !== undefined) checkRange('until', until, { min: 0, max: LAST_MOMENT_MS, whole: true });
    return this.#machine.apply({ type: 'isolate', reason, until });
  }

  release(reason: string = ''): Promise<OverrideScope> {
    return this.#machine.apply({ type: 'release', reason });
  }

  reset(reason: string): Promise<OverrideScope> {
    return this.#machine.apply({ type: 'reset', reason });
  }

  resetShared(reason: string): Promise<boolean> {
    return this.#machine.applyShared({ type: 'reset', reason });
  }

  subscribe(listener: (event: CircuitEvent) => void): Unsubscribe {
    const { failMax, resetTimeoutMs } = this.#config;
    listener({ type: 'initialized', failMax, resetTimeoutMs });
    return this.#listeners.add(listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#stuckOpen.close();
    this.#isolation.close();
    this.#machine.close();
  }

  #rejection(): CircuitRejectedError {
    const { status, retryAt } = this.#machine.state;
    const waitMs = Math.max(0, retryAt - this.#config.clock.monotonic());
    const retryAfterMs = status === 'half_open' || waitMs === Number.POSITIVE_INFINITY ? undefined : waitMs;
    this.#listeners.emit({ type: 'rejected', state: status, retryAfterMs });
    return new CircuitRejectedError(this.name, status, retryAfterMs);
  }

  #record(permit: Permit, result: CallResult, error?: unknown): Promise<void> {
    return this.#machine.record(permit, result, (recorded) => this.#onRecorded(result.outcome, error, recorded));
  }

  #onRecorded(outcome: CircuitOutcome, error: unknown, { failCount, isTrial, successes }: Recorded): void {
    const { failMax, successThreshold: required } = this.#config;
    switch (outcome) {
      case 'success':
        this.#listeners.emit({ type: 'call_succeeded' });
        if (isTrial) this.#listeners.emit({ type: 'trial_succeeded', successes, required });
        return;
      case 'failure':
        this.#listeners.emit({ type: 'call_failed', error, failCount, failMax });
        if (isTrial) this.#listeners.emit({ type: 'trial_failed' });
        return;
      case 'ignored':
        this.#listeners.emit({ type: 'call_ignored', error });
        if (isTrial) this.#listeners.emit({ type: 'trial_ignored' });
        return;
    }
  }

  #onTransition(before: CircuitState, after: CircuitState): void {
    if (!this.#isClosed) {
      this.#stuckOpen.watch(after);
      this.#isolation.watch(after);
    }
    const event = transitionEvent(before, after);
    if (event) this.#listeners.emit(event);
  }
}

function defaultOutcome(error: unknown): CircuitOutcome {
  // The reason of `AbortSignal.timeout` is a TimeoutError, which is a failure.
  const isAbort = error instanceof Error && error.name === 'AbortError';
  return isAbort || error instanceof ResilienceError ? 'ignored' : 'failure';
}

/** Returns what an error says about the service. An error that `classify` throws on is ignored. Never throws. */
function classifyError(error: unknown, { classify, nameFailure }: CircuitConfig): CallResult {
  const outcome = orElse('ignored', () => classify(error));
  return { outcome, failure: outcome === 'failure' ? orElse(nameOf(error), () => nameFailure(error)) : '' };
}

function nameOf(error: unknown): string {
  // Not the name of the constructor: a minifier may have changed it.
  return error instanceof Error ? error.name : typeof error;
}

function orElse<T>(fallback: T, work: () => T): T {
  try {
    return work();
  } catch {
    return fallback;
  }
}
