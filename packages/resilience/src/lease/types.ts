import type { Unsubscribe } from '../listeners.ts';
import type { ReleaseScript } from './lease-ending.ts';
import type { LeaseEvent } from './lease-events.ts';

export interface LeaseOptions {
  /** How long Redis keeps the lease of a holder who is gone; whole, 100 up to 2^31 - 1. */
  readonly ttlMs: number;
  /** How long to wait while somebody else holds it, up to 2^31 - 1; 0: ask once. */
  readonly waitMs: number;
  /** Whether the lease is renewed while it is held; true unless given. */
  readonly renew?: boolean;
  /** After so long, 1 up to 2^31 - 1, it is given up though the work still runs; no limit unless given. */
  readonly maxHoldMs?: number;
  /** Ends the waiting of this caller with its reason. */
  readonly signal?: AbortSignal;
}

/** A lease that is held. It is for efficiency: only a write that checks `fence` is safe from an earlier holder. */
export interface LeaseHandle {
  readonly name: string;
  /** Above the fence of every earlier holder. */
  readonly fence: number;
  /** Aborted with a LeaseLostError once the lease may be somebody else's. */
  readonly signal: AbortSignal;
  /** Gives it back and wakes those who wait. Never throws. @returns false when it was over before */
  release(): Promise<boolean>;
  /**
   * Gives it back in the same step as something else, which is done even when the lease was over before: so it has to
   * check the fence. When Redis is away both are done once it is back.
   * @param bytes size that `by` sends; if large, `by` is retried a few times only, then the lease is released without
   * it
   * @throws what `by` throws
   */
  releaseWith<T>(by: ReleaseScript<T>, bytes?: number): Promise<T>;
}

/** How waiting for a lease ended; `done`: what it was wanted for has been done by somebody else. */
export type Acquisition<T> =
  | { readonly type: 'acquired'; readonly lease: LeaseHandle }
  | { readonly type: 'done'; readonly value: T }
  | { readonly type: 'timed_out' };

export interface Leases {
  /**
   * Runs `body` while holding the lease `name`, alone among all processes as long as leases last.
   * @throws {LeaseTimeoutError} when it was not free in time
   * @throws {LeaseLostError} when it was lost meanwhile, even if `body` resolved
   * @throws {RedisUnavailableError} when it could not be asked for, or what Redis answered instead
   * @throws {LeaseReentryError} when called inside the `body` of the same lease
   * @throws {RangeError} for options that cannot be; else whatever `body` throws
   */
  withLease<T>(
    name: string,
    options: LeaseOptions,
    body: (signal: AbortSignal, fence: number) => Promise<T>,
  ): Promise<T>;
  /**
   * Waits for the lease, or until `done` gives something: it is asked each time the lease may have been released.
   * A waiter who knows of a holder bears with a Redis that is away for 2.5 s.
   * @throws {RedisUnavailableError} or the error that Redis answered; {LeaseReentryError} inside `withLease` of the
   * same lease; {RangeError} for invalid options
   */
  acquire<T>(name: string, options: LeaseOptions, done?: () => Promise<T | undefined>): Promise<Acquisition<T>>;
  subscribe(listener: (event: LeaseEvent) => void): Unsubscribe;
}
