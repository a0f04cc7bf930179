import type { CircuitState } from './circuit.ts';

/** What a circuit tells its listeners, in the order it happens. Times are in milliseconds. */
export type CircuitEvent =
  /** Told to each listener when it subscribes. */
  | { readonly type: 'initialized'; readonly failMax: number; readonly resetTimeoutMs: number }
  | { readonly type: 'call_succeeded' }
  | { readonly type: 'call_failed'; readonly error: unknown; readonly failCount: number; readonly failMax: number }
  | { readonly type: 'call_ignored'; readonly error: unknown }
  /** A call was refused without being made; `retryAfterMs` is unknown while trials are running. */
  | { readonly type: 'rejected'; readonly state: CircuitState; readonly retryAfterMs?: number | undefined }
  | { readonly type: 'opened'; readonly failCount: number; readonly resetTimeoutMs: number }
  | { readonly type: 'half_opened' }
  | { readonly type: 'trial_succeeded'; readonly successes: number; readonly required: number }
  /** A trial had no result by its deadline: its permit is free again and its result will not count. */
  | { readonly type: 'trial_abandoned' }
  /** A trial failed: the circuit is open again, for longer. */
  | { readonly type: 'reopened'; readonly resetTimeoutMs: number }
  /** `downMs`: since the circuit first opened. */
  | { readonly type: 'closed'; readonly downMs: number };
