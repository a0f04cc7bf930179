import type { CircuitOptions, CircuitStatus } from './types.ts';

/** What brought a circuit to its state: results of calls (or the beginning), or an order. */
export type Cause = 'calls' | 'isolate' | 'release' | 'reset';

/** Where a circuit stands. Moments are by the monotonic clock of the process that holds it. */
export interface CircuitState {
  readonly status: CircuitStatus;
  /** Rises with each change of state: a result counts only in the generation that let its call through. */
  readonly generation: number;
  readonly since: number;
  readonly cause: Cause;
  /** Of the last order; empty when there was none. */
  readonly reason: string;
  /** When an isolation ends, in milliseconds since 1970. */
  readonly until: number | undefined;
  readonly failCount: number;
  readonly lastFailure: string;
  /** Since it was last closed. */
  readonly openings: number;
  /** The first of them. */
  readonly openedAt: number;
  readonly resetTimeoutMs: number;
  /** Until then nothing is let through: while open, the next trial; while isolated, its end, if it has one. */
  readonly retryAt: number;
  /** Trials that succeeded since it half-opened. */
  readonly successes: number;
}

/** A circuit of which nothing is known is closed. */
export function initialState({ clock, resetTimeoutMs }: CircuitOptions): CircuitState {
  return {
    status: 'closed',
    generation: 0,
    since: clock.monotonic(),
    cause: 'calls',
    reason: '',
    until: undefined,
    failCount: 0,
    lastFailure: '',
    openings: 0,
    openedAt: 0,
    resetTimeoutMs,
    retryAt: 0,
    successes: 0,
  };
}
