import type { Unsubscribe } from '../listeners.ts';
import type { LeaseEvent } from './lease-events.ts';

export interface LeaseOptions {
  /** How long Redis keeps the lease of a holder who is gone; 100 or more. */
  readonly leaseMs: number;
  /** How long to wait while somebody else holds it; 0: ask once. */
  readonly waitMs: number;
  /** Whether the lease is renewed while it is held; true unless given. */
  readonly renew?: boolean;
  /** After so long it is given up though the work still runs; no limit unless given. */
  readonly maxHoldMs?: number;
  /** Ends the waiting of this caller with its reason. */
  readonly signal?: AbortSignal;
}

/** A lease that is held. It is for efficiency: only a write that checks `fence` is safe from an earlier holder. */
export interface HeldLease {
  readonly name: string;
  /** Above the fence of every earlier holder. */
  readonly fence: number;
  /** Aborted with a LeaseLostError once the lease may be somebody else's. */
  readonly signal: AbortSignal;
  /** Gives it back and wakes those who wait. Never throws. @returns false when it was over before */
  release(): Promise<boolean>;
}

/** How waiting for a lease ended; `done`: what it was wanted for has been done by somebody else. */
export type Acquisition<T> =
  | { readonly got: 'lease'; readonly lease: HeldLease }
  | { readonly got: 'done'; readonly value: T }
  | { readonly got: 'timeout' };

export interface Leases {
  /**
   * Runs `body` while holding the lease `name`, alone among all processes as long as leases last.
   * @throws {LeaseTimeoutError} when it was not free in time
   * @throws {LeaseLostError} when it was lost meanwhile, even if `body` resolved
   * @throws {RedisUnavailableError} when it could not be asked for; else whatever `body` throws
   */
  withLease<T>(
    name: string,
    options: LeaseOptions,
    body: (signal: AbortSignal, fence: number) => Promise<T>,
  ): Promise<T>;
  /**
   * Waits for the lease, or until `done` gives something: it is asked each time the lease may have been released.
   * @throws {RedisUnavailableError}
   */
  acquire<T>(name: string, options: LeaseOptions, done?: () => Promise<T | undefined>): Promise<Acquisition<T>>;
  subscribe(listener: (event: LeaseEvent) => void): Unsubscribe;
}
