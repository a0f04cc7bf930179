import type { Clock } from '../clock.ts';
import type { Unsubscribe } from '../listeners.ts';
import type { CircuitEvent } from './circuit-events.ts';

export type CircuitStatus = 'closed' | 'open' | 'half_open' | 'isolated';

/** What a call says about the service: `ignored` moves nothing (the caller left, the fault was ours). */
export type CircuitOutcome = 'success' | 'failure' | 'ignored';

/** Whom an order has reached: `here` is this process alone, until Redis is back. */
export type OverrideScope = 'shared' | 'local';

export interface CircuitOptions {
  readonly name: string;
  /** Consecutive failures that open the circuit; 1 or more. */
  readonly failMax: number;
  /** How long it stays open the first time. */
  readonly resetTimeoutMs: number;
  /** What the reset time, doubled by each failed recovery, never exceeds; not under `resetTimeoutMs`. */
  readonly maxResetTimeoutMs: number;
  /** Successful trials that close it; 1 or more. */
  readonly successThreshold: number;
  /** Trials in flight at once while half open; 1 or more. */
  readonly trialPermits: number;
  /** After this a trial without a result gives its permit back and no longer counts; above the call's own time limit. 60 s unless given. */
  readonly trialDeadlineMs?: number;
  /** What an error says about the service: nothing, if this throws. A call that resolves is a success. */
  classify(error: unknown): CircuitOutcome;
  /** The class of a failure in a word, for the snapshot; the error's name unless given. */
  nameFailure?(error: unknown): string;
  readonly clock: Clock;
  /** 0 up to 1, for jitter. */
  random?(): number;
}

export interface CircuitSnapshot {
  readonly name: string;
  readonly state: CircuitStatus;
  /** When this state began, in milliseconds since 1970. */
  readonly since: number;
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
  /** While open: from when on a trial is let through, in milliseconds since 1970. */
  readonly nextTrialAt?: number;
  /** While half open. */
  readonly trials?: { readonly succeeded: number; readonly required: number };
  /** While isolated; `until` in milliseconds since 1970, absent for one without an end. */
  readonly isolation?: { readonly reason: string; readonly until?: number };
  /** Class of the last counted failure. */
  readonly lastFailure?: string;
}

export interface Circuit {
  readonly name: string;
  /** @throws {CircuitRejectedError} without calling `work`; else whatever `work` throws */
  execute<T>(work: () => Promise<T>): Promise<T>;
  snapshot(): CircuitSnapshot;
  /** Whether a call would be let through now, as far as this process knows; changes nothing. */
  admits(): boolean;
  /**
   * Lets no call through until a release, a reset or `until` (milliseconds since 1970). To repeat it changes nothing.
   * Without Redis this and the two below hold for this process, and for all once Redis is back, unless others know of
   * something worse: so a reset that reached `here` must be taken on.
   * @throws {RangeError} for an `until` that is not a whole number of milliseconds: omit it for an isolation without
   * end
   */
  isolate(reason: string, until?: number): Promise<OverrideScope>;
  /** Ends an isolation: the circuit is closed and counts anew. Changes nothing when it is not isolated. */
  release(reason?: string): Promise<OverrideScope>;
  /** Closes the circuit, whatever its state, and forgets its failures and how often it has opened. */
  reset(reason: string): Promise<OverrideScope>;
  /** Takes a reset that reached `here` on to all, or changes nothing: false while Redis is away or refuses. */
  resetShared(reason: string): Promise<boolean>;
  subscribe(listener: (event: CircuitEvent) => void): Unsubscribe;
  /**
   * Stops timers and the sharing with other processes; a running trial still reports its result and frees its permit.
   */
  close(): void;
}
