import type { CircuitStatus } from './types.ts';

/**
 * What a circuit tells its listeners, in the order it happens. Calls are told by the process that made them, changes of
 * state by every process. Times are in milliseconds.
 */
export type CircuitEvent =
  /** Told to each listener when it subscribes. */
  | { readonly type: 'initialized'; readonly failMax: number; readonly resetTimeoutMs: number }
  | { readonly type: 'call_succeeded' }
  | { readonly type: 'call_failed'; readonly error: unknown; readonly failCount: number; readonly failMax: number }
  | { readonly type: 'call_ignored'; readonly error: unknown }
  /** A call was refused without being made; `retryAfterMs` is unknown while trials are running. */
  | { readonly type: 'rejected'; readonly state: CircuitStatus; readonly retryAfterMs?: number | undefined }
  | { readonly type: 'opened'; readonly failCount: number; readonly resetTimeoutMs: number }
  | { readonly type: 'half_opened' }
  | { readonly type: 'trial_succeeded'; readonly successes: number; readonly required: number }
  /** A trial had no result by its deadline: its permit is free again and its result will not count. */
  | { readonly type: 'trial_abandoned' }
  /** A trial failed: the circuit is open again, for longer. */
  | { readonly type: 'reopened'; readonly resetTimeoutMs: number }
  /** `downMs`: since the circuit first opened. */
  | { readonly type: 'closed'; readonly downMs: number }
  /** It has not been closed for ten minutes since it opened; once an opening. */
  | { readonly type: 'stuck_open'; readonly downMs: number }
  /** By an operator; `until` in milliseconds since 1970, absent for one without an end. */
  | { readonly type: 'isolated'; readonly reason: string; readonly until?: number }
  /** The isolation ended, by an operator or by itself (then without a reason); the circuit is closed. */
  | { readonly type: 'released'; readonly reason?: string }
  /** Closed by an operator. */
  | { readonly type: 'reset'; readonly reason: string }
  /** Redis is there but could not decide: this process goes on alone until it can. */
  | { readonly type: 'redis_failed'; readonly error: unknown };
