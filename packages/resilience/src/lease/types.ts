import type { Clock } from '../clock.ts';
import type { Unsubscribe } from '../listeners.ts';
import type { RedisConnection } from '../redis/types.ts';

export interface LeasesOptions {
  readonly redis: RedisConnection;
  /** First part of every key in Redis; `lease` unless given. */
  readonly prefix?: string;
  /** First part of the owner's name in Redis, `owner-hostname-pid-n`; the prefix unless given. */
  readonly owner?: string;
  readonly clock?: Clock;
}

export interface LeaseOptions {
  /** How long Redis keeps the lease of a holder that died; whole, 100 to 2^31 - 1, 10,000 unless given. */
  readonly ttlMs?: number;
  /** How long to wait while another holder has it, 0 (try once) to 2^31 - 1. */
  readonly waitMs: number;
  /** Whether to renew the lease while it is held; true unless given. */
  readonly renew?: boolean;
  /** When to give the lease up although the work still runs, 1 to 2^31 - 1; no limit unless given. */
  readonly maxHoldMs?: number;
  /** Ends the wait of this caller with its reason. */
  readonly signal?: AbortSignal;
}

/** A lease that is held. It saves work but excludes nothing: only a write that checks `fence` is safe from an earlier holder. */
export interface LeaseHandle {
  readonly name: string;
  /** Fencing token: higher than the fence of every earlier holder. */
  readonly fence: number;
  /** Aborts with a LeaseLostError once another holder may have the lease. */
  readonly signal: AbortSignal;
  /** Releases the lease and wakes its waiters. Never throws. @returns false when the lease was over before */
  release(): Promise<boolean>;
  /**
   * Releases the lease in the same step as another write. The write happens even when the lease was over before, so the
   * script has to check the fence. If Redis is unavailable, the script is sent once it is back, at most three times. After
   * any other error the lease is released without the write.
   * @param bytes size of what the script sends, 0 if it is small; a script with a size that is given up after three times,
   * or because 4 MB are queued already, is replaced by the release alone
   * @throws what `script` throws
   */
  releaseWith<T>(script: ReleaseScript<T>, bytes?: number): Promise<T>;
}

/** How a request for a lease ended; `done`: another process did the work meanwhile. */
export type Acquisition<T> =
  | { readonly type: 'acquired'; readonly lease: LeaseHandle }
  | { readonly type: 'done'; readonly value: T }
  | { readonly type: 'timed_out' };

export interface Leases {
  /**
   * Runs `body` while holding the lease `name`, in one process at a time as long as leases last.
   * @throws {LeaseTimeoutError} when the lease was not free in time
   * @throws {LeaseLostError} when the lease was lost meanwhile, even if `body` resolved
   * @throws {RedisUnavailableError} when Redis did not answer, or the error that Redis answered
   * @throws {LeaseReentryError} when called inside the `body` of the same lease
   * @throws {RangeError} for invalid options; otherwise what `body` throws
   */
  withLease<T>(
    name: string,
    options: LeaseOptions,
    body: (signal: AbortSignal, fence: number) => Promise<T>,
  ): Promise<T>;
  /**
   * Waits for the lease, or until `findResult` returns a value: it is called each time the lease may have been released.
   * While Redis is unavailable, a waiter that saw a holder keeps waiting for 2.5 s.
   * @throws {RedisUnavailableError} or the error that Redis answered; {LeaseReentryError} inside `withLease` of the
   * same lease; {RangeError} for invalid options
   */
  acquire<T>(name: string, options: LeaseOptions, findResult?: () => Promise<T | undefined>): Promise<Acquisition<T>>;
  /** Returns the leases that this process holds or waits for now. */
  current(): readonly LeaseStatus[];
  subscribe(listener: (event: LeaseEvent) => void): Unsubscribe;
}

/** A lease that this process holds, or that its callers wait for. */
export interface LeaseStatus {
  readonly lease: string;
  /** Present while this process holds it: the owner's name in Redis, and the milliseconds since it was acquired. */
  readonly held?: { readonly owner: string; readonly heldMs: number };
  /** Number of callers of this process that wait. */
  readonly waiting: number;
}

/** What happens to leases; `owner` identifies one holding of this process in Redis, times are in milliseconds. */
export type LeaseEvent =
  | { readonly type: 'attempting'; readonly lease: string; readonly owner: string }
  | {
      readonly type: 'acquired';
      readonly lease: string;
      readonly owner: string;
      readonly fence: number;
      readonly waitedMs: number;
    }
  /** Follows `acquired`: the previous holder died, was cut off from Redis or was too slow, and did not release. */
  | { readonly type: 'taken_over'; readonly lease: string; readonly owner: string; readonly previousOwner: string }
  | { readonly type: 'renewed'; readonly lease: string; readonly owner: string }
  | { readonly type: 'released'; readonly lease: string; readonly owner: string; readonly heldMs: number }
  /** The lease was over before it was released. */
  | { readonly type: 'lost'; readonly lease: string; readonly owner: string; readonly reason: string }
  /** The wait ended without the lease: `findResult` found the result of another process. */
  | { readonly type: 'done'; readonly lease: string; readonly waitedMs: number }
  /** `waitMs`: how long the caller wanted to wait; 0 when it tried once. */
  | { readonly type: 'timed_out'; readonly lease: string; readonly waitedMs: number; readonly waitMs: number }
  | { readonly type: 'redis_failed'; readonly lease: string; readonly error: unknown };

/** Keys and arguments with which a script that contains RELEASE_STEP releases one lease. */
export interface ReleaseArguments {
  readonly keys: readonly [lease: string, fence: string];
  readonly args: readonly [owner: string, fence: string, channel: string, message: string];
}

/** Result of such a script: whether the lease was still its owner's, and what the rest of the script returned. */
export interface ReleaseResult<T> {
  readonly wasOurs: boolean;
  readonly result: T;
}

/** Runs a script that releases a lease and does something else in the same step. @throws what Redis or the client throws */
export type ReleaseScript<T> = (release: ReleaseArguments) => Promise<ReleaseResult<T>>;
