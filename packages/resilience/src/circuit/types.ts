import type { Clock } from '../clock.ts';
import type { Unsubscribe } from '../listeners.ts';
import type { RedisConnection } from '../redis/types.ts';

export type CircuitStatus = 'closed' | 'open' | 'half_open' | 'isolated';

/** The meaning of a call for the circuit. `ignored` changes nothing: the caller left, or the fault was ours. */
export type CircuitOutcome = 'success' | 'failure' | 'ignored';

/** The reach of an override: all processes, or this process alone until Redis is back. */
export type OverrideScope = 'shared' | 'local';

export interface CircuitOptions {
  readonly name: string;
  /** Consecutive failures that open the circuit; 1 or more. Default: 5. */
  readonly failMax?: number;
  /** How long the circuit stays open the first time. Default: 30 s. */
  readonly resetTimeoutMs?: number;
  /** Upper limit of the reset time, which doubles with each failed recovery. Default: 300 s, or `resetTimeoutMs` if longer. */
  readonly maxResetTimeoutMs?: number;
  /** Successful trials that close the circuit; 1 or more. Default: 2. */
  readonly successThreshold?: number;
  /** Trials in flight at once while half open; 1 or more. Default: 2. */
  readonly trialPermits?: number;
  /**
   * A trial without a result after this time loses its permit, and its result no longer counts. Keep it above the time
   * limit of the call. Default: 60 s.
   */
  readonly trialDeadlineMs?: number;
  /**
   * Returns what an error says about the service. An error that makes it throw is ignored. A call that resolves is a
   * success. Default: every error is a failure, except an `AbortError` (the caller left) and a `ResilienceError` (a
   * refusal of this package): they say nothing about the service. A `TimeoutError` is a failure.
   */
  classify?(error: unknown): CircuitOutcome;
  /** Returns the class of a failure, for the snapshot. Default: the name of the error. */
  nameFailure?(error: unknown): string;
  /** Default: the clock of the system. */
  readonly clock?: Clock;
  /** Returns a number from 0 up to 1, for jitter. Default: `Math.random`. */
  random?(): number;
  /** Processes share the circuit there. Default: each process has its own. */
  readonly redis?: RedisConnection;
  /** First part of the keys in Redis. Default: `circuit`. */
  readonly prefix?: string;
}

/** The options of a circuit with their defaults filled in. */
export type CircuitConfig = Readonly<Required<Omit<CircuitOptions, 'redis' | 'prefix'>>>;

export interface CircuitSnapshot {
  readonly name: string;
  readonly state: CircuitStatus;
  /** When this state began, in milliseconds since 1970. */
  readonly since: number;
  /** While open or half open: when the circuit opened after it was last closed, in milliseconds since 1970. */
  readonly openedAt?: number;
  /** Consecutive failures, at most `failMax`. */
  readonly failCount: number;
  readonly failMax: number;
  /** How long the circuit stays, or would stay, open. */
  readonly resetTimeoutMs: number;
  /** Closed. */
  readonly isHealthy: boolean;
  /** Half open. */
  readonly isDegraded: boolean;
  /** Open or isolated. */
  readonly isUnavailable: boolean;
  /** While open: when the next trial may run, in milliseconds since 1970. */
  readonly nextTrialAt?: number;
  /** While half open. */
  readonly trials?: { readonly succeeded: number; readonly required: number };
  /** While isolated; `until` in milliseconds since 1970, absent for an isolation without an end. */
  readonly isolation?: { readonly reason: string; readonly until?: number };
  /** Class of the last counted failure. */
  readonly lastFailure?: string;
}

export interface Circuit {
  readonly name: string;
  /** @throws {CircuitRejectedError} without calling `work`; else throws what `work` throws */
  execute<T>(work: () => Promise<T>): Promise<T>;
  snapshot(): CircuitSnapshot;
  /** Whether a call would be let through now, as far as this process knows; changes nothing. */
  admits(): boolean;
  /**
   * Lets no call through until a release, a reset or `until` (milliseconds since 1970). Repeating it changes nothing.
   * Without Redis, `isolate`, `release` and `reset` hold for this process at once, and for all when Redis is back,
   * unless another process knows of a more severe state: so repeat a `local` reset with `resetShared`.
   * @throws {RangeError} for an `until` that is not a whole number of milliseconds: omit it for an isolation without
   * end
   */
  isolate(reason: string, until?: number): Promise<OverrideScope>;
  /** Ends an isolation: the circuit closes and counts from zero. Does nothing when the circuit is not isolated. */
  release(reason?: string): Promise<OverrideScope>;
  /** Closes the circuit from any state, and forgets its failures and how often it has opened. */
  reset(reason: string): Promise<OverrideScope>;
  /** Resets the circuit for all processes, or changes nothing and returns false while Redis is unavailable or refuses. */
  resetShared(reason: string): Promise<boolean>;
  subscribe(listener: (event: CircuitEvent) => void): Unsubscribe;
  /** Stops timers and the sharing with other processes; a running trial still reports its result and frees its permit. */
  close(): void;
}

/**
 * Events of a circuit, in the order they happen. The process that made a call reports the call; every process reports
 * changes of state. Times are in milliseconds.
 */
export type CircuitEvent =
  /** Sent to each listener when it subscribes. */
  | { readonly type: 'initialized'; readonly failMax: number; readonly resetTimeoutMs: number }
  | { readonly type: 'call_succeeded' }
  | { readonly type: 'call_failed'; readonly error: unknown; readonly failCount: number; readonly failMax: number }
  | { readonly type: 'call_ignored'; readonly error: unknown }
  /** A call was refused without being made; `retryAfterMs` is unknown while trials are running. */
  | { readonly type: 'rejected'; readonly state: CircuitStatus; readonly retryAfterMs?: number | undefined }
  | { readonly type: 'opened'; readonly failCount: number; readonly resetTimeoutMs: number }
  | { readonly type: 'half_opened' }
  | { readonly type: 'trial_succeeded'; readonly successes: number; readonly required: number }
  /** Follows the `call_failed` of a trial. */
  | { readonly type: 'trial_failed' }
  /** Follows the `call_ignored` of a trial: its permit is free again. */
  | { readonly type: 'trial_ignored' }
  /** A trial had no result by its deadline: its permit is free again and its result will not count. */
  | { readonly type: 'trial_abandoned' }
  /** A trial failed: the circuit is open again, for longer. */
  | { readonly type: 'reopened'; readonly resetTimeoutMs: number }
  /** `downMs`: time since the circuit first opened. */
  | { readonly type: 'closed'; readonly downMs: number }
  /** The circuit has not been closed for ten minutes since it opened; sent once an opening. */
  | { readonly type: 'stuck_open'; readonly downMs: number }
  /** An operator isolated the circuit; `until` in milliseconds since 1970, absent for an isolation without an end. */
  | { readonly type: 'isolated'; readonly reason: string; readonly until?: number }
  /** The isolation ended, by an operator or at its end (then without a reason); the circuit is closed. */
  | { readonly type: 'released'; readonly reason?: string }
  /** An operator closed the circuit. */
  | { readonly type: 'reset'; readonly reason: string }
  /** Redis is reachable but could not decide: this process decides alone until Redis can. */
  | { readonly type: 'redis_failed'; readonly error: unknown };

/** The cause of a state: results of calls (or the start), or an override. */
export type Cause = 'calls' | Override['type'];

/** The state of a circuit. Times are by the monotonic clock of the process that holds it. */
export interface CircuitState {
  readonly status: CircuitStatus;
  /** Rises with each change of status: a result counts only in the generation that let its call through. */
  readonly generation: number;
  readonly since: number;
  readonly cause: Cause;
  /** Reason of the last override; empty when there was none. */
  readonly reason: string;
  /** End of an isolation, in milliseconds since 1970. */
  readonly until: number | undefined;
  readonly failCount: number;
  readonly lastFailure: string;
  /** How often the circuit has opened since it was last closed. */
  readonly openings: number;
  /** When it opened for the first of these times. */
  readonly openedAt: number;
  readonly resetTimeoutMs: number;
  /** Calls are refused until then: while open, the next trial; while isolated, the end, if there is one. */
  readonly retryAt: number;
  /** Trials that succeeded since the circuit half-opened. */
  readonly successes: number;
}

/** Permission for one call. Its result counts only while the generation that granted it lasts. */
export interface Permit {
  readonly generation: number;
  /** Id of the trial, while half open. */
  readonly trial?: string;
}

/** How a call ended; `failure` is the class of the error. */
export interface CallResult {
  readonly outcome: CircuitOutcome;
  readonly failure: string;
}

/** The effect of a result, reported before the transition that follows from it. */
export interface Recorded {
  /** Consecutive failures, including this one if it counted. */
  readonly failCount: number;
  /** Whether the call was a trial, and its result came in time. */
  readonly isTrial: boolean;
  /** Successful trials since the circuit half-opened, if the call was one; else of no meaning. */
  readonly successes: number;
}

/** A change of state that an operator orders. */
export type Override =
  | { readonly type: 'isolate'; readonly reason: string; readonly until: number | undefined }
  | { readonly type: 'release'; readonly reason: string }
  | { readonly type: 'reset'; readonly reason: string };

/** Receives what happens to a circuit apart from calls. */
export interface StateMachineObserver {
  onTransition(before: CircuitState, after: CircuitState): void;
  onTrialAbandoned(): void;
  /** Called when Redis answered with an error or an invalid reply. */
  onRedisFailure(error: unknown): void;
}

/** Decides for one circuit which calls are let through, and what their results change. */
export interface CircuitStateMachine {
  readonly state: CircuitState;
  /** Whether `tryAcquire` would let a call through, as far as is known in memory. */
  admits(): boolean;
  /** Returns a permit for one call; undefined when the call is rejected. */
  tryAcquire(): Permit | undefined | Promise<Permit | undefined>;
  /** Whether a success under this permit would change nothing, so that it need not be recorded. */
  isNoop(permit: Permit): boolean;
  record(permit: Permit, result: CallResult, onRecorded: (recorded: Recorded) => void): Promise<void>;
  apply(override: Override): Promise<OverrideScope>;
  /** Applies an override for all processes; returns false, having changed nothing, when that is impossible now. */
  applyShared(override: Override): Promise<boolean>;
  /** Checks for a change that time alone brings: the end of an isolation. */
  refresh(): Promise<void>;
  close(): void;
}
