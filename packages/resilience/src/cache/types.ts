import type { Clock } from '../clock.ts';
import type { LeaseEvent, LeaseOptions, LeaseStatus, Leases } from '../lease/types.ts';
import type { Unsubscribe } from '../listeners.ts';
import type { RedisConnection } from '../redis/types.ts';

export interface CacheOptions {
  readonly redis: RedisConnection;
  /** First part of every key in Redis. */
  readonly prefix: string;
  /** `maxEntries`: values kept in this process; whole, 1 or more, 1000 unless given. */
  readonly memory?: { readonly maxEntries: number };
  /** Lets one process load what several miss. Without it, or with `false`, each process loads for itself. */
  readonly lock?: CacheLock | false;
  readonly clock?: Clock;
  /** Random number from 0 up to 1, for early refreshes. */
  readonly random?: () => number;
}

/** The lease under which a process loads a missing value; its keys have the prefix of the cache. */
export interface CacheLock extends Pick<LeaseOptions, 'ttlMs' | 'renew' | 'maxHoldMs'> {
  /** How long to wait for the load of another process; longer than a load may take, or its waiters load, too. */
  readonly waitMs: number;
  /** First part of the holder's name in Redis, `owner-hostname-pid-n`; the prefix unless given. */
  readonly owner?: string;
  /** Returns the leases that the cache uses, such as ones that trace each `acquire` of those given; called once. */
  readonly decorate?: (leases: Leases) => Leases;
}

export interface CacheHit<T> {
  readonly value: T;
  readonly source: 'memory' | 'redis';
  /** Time since the value was written, by the wall clocks of its writer and of this process. */
  readonly ageMs: number;
  /** Whether its time to live is over: use it only when no fresh value can be had. */
  readonly stale: boolean;
}

export interface CacheLoaded<T> {
  readonly value: T;
  readonly source: 'memory' | 'redis' | 'loaded' | 'stale';
  readonly ageMs: number;
  readonly stale: boolean;
  /** Whether another caller of this process had asked before and this one shares its result. */
  readonly joined: boolean;
}

/** Both times count from writing. */
export interface Lifetime {
  /** How long the value is fresh, 1 or more. */
  readonly ttlMs: number;
  /** Until when it is kept as stale; 0 unless given. At or below `ttlMs`: not kept beyond it. */
  readonly staleMs?: number;
  /**
   * Provisional: never overwrites a non-provisional entry, even a stale one; the existing entry is returned instead.
   * False unless given.
   */
  readonly provisional?: boolean;
}

/**
 * How long a loaded value lives: the same for all values, or a function of the value. `skip`: the waiting callers get the
 * value, and it is not kept.
 */
export type LoadLifetime<T> = (Lifetime & { readonly lifetime?: never }) | { lifetime(value: T): Lifetime | 'skip' };

export type LoadOptions<T> = LoadLifetime<T> & {
  /**
   * When given, a failed load returns the stale value, if there is one, and no other load is tried for so long.
   * Otherwise a failed load throws. Early refreshes are as far apart.
   */
  readonly staleRetryMs?: number;
  /** Whether to reload a fresh value in the background near its end: the likelier, the longer its load took. */
  readonly refreshEarly?: boolean;
  /** Detaches this caller only; the load goes on. */
  readonly signal?: AbortSignal;
};

/** The load that a `peek` may start in the background, as `refreshEarly` does. */
export type EarlyRefresh<T> = LoadLifetime<T> & {
  readonly staleRetryMs?: number;
  load(): Promise<T>;
};

/**
 * Plain JSON values by key. `T` is the type that the caller stores under that key; null, 0, '' and false are values. An
 * unavailable Redis and corrupt or foreign bytes cause a miss and an event, never an error.
 */
export interface Cache {
  /**
   * Looks in memory, then in Redis.
   * @param early reloads a fresh value that is near its end, unless it is provisional
   */
  peek<T>(key: string, early?: EarlyRefresh<T>): Promise<CacheHit<T> | undefined>;
  /** Looks in memory only. */
  peekMemory<T>(key: string): CacheHit<T> | undefined;
  /**
   * Returns the fresh value, or the result of `load`, which runs once for all concurrent callers.
   * @throws what `load` throws, to all callers; {TypeError} to all when it returns a value that JSON cannot represent,
   * such as `undefined`; {RangeError} for an invalid lifetime or option; {ReentrantCallError} to a load that asks for
   * its own key, also through the loads of other keys
   */
  getOrLoad<T>(key: string, load: () => Promise<T>, options: LoadOptions<T>): Promise<CacheLoaded<T>>;
  /**
   * Resolves when no load or background refresh is in flight: the values are stored, and the releases of the leases are
   * sent. For a graceful shutdown.
   */
  settled(): Promise<void>;
  subscribe(listener: (event: CacheEvent) => void): Unsubscribe;
  /** Returns the leases of `lock` that this process holds or waits for; `waiting` counts the callers beside the first. */
  leases(): readonly LeaseStatus[];
  /** Subscribes to the leases of `lock`; without a lock there are no events. */
  subscribeToLock(listener: (event: LeaseEvent) => void): Unsubscribe;
}

export type CacheEvent =
  /** `by`: the method that found a fresh value; a `getOrLoad` may follow the `peek` that missed it. */
  | {
      readonly type: 'hit';
      readonly key: string;
      readonly by: 'peek' | 'getOrLoad';
      readonly source: 'memory' | 'redis';
      readonly ageMs: number;
    }
  /** A `peek` found no fresh value. `getOrLoad` does not emit this event. */
  | { readonly type: 'miss'; readonly key: string }
  /** A caller shared the result that another caller of this process had asked for. */
  | { readonly type: 'joined'; readonly key: string; readonly stale: boolean }
  /** Another process loaded the value while this one waited, for its lease or until the end of `waitMs` (`timeout`). */
  | { readonly type: 'filled_remotely'; readonly key: string; readonly waitedFor: 'lease' | 'timeout' }
  /** A load begins; unless its lease is held, other processes may be loading the same value. */
  | {
      readonly type: 'loading';
      readonly key: string;
      readonly lease: 'held' | 'none' | 'timed_out' | 'redis_unavailable';
    }
  | { readonly type: 'loaded'; readonly key: string; readonly loadMs: number }
  /**
   * Several callers wanted at once a value that had to be loaded, and now have it, or an error. `callers`: those of this
   * process, one or more if another process was loading the value, too (`isLoadedElsewhere`), else two or more.
   * `loads`: how often this process loaded it, 0 or 1.
   */
  | {
      readonly type: 'shared';
      readonly key: string;
      readonly callers: number;
      readonly loads: number;
      readonly isLoadedElsewhere: boolean;
    }
  /**
   * Redis has the loaded value, or a better one instead of a provisional one, which is then returned: other processes
   * need not load it.
   */
  | { readonly type: 'stored'; readonly key: string }
  /** A value of the memory tier was written back to a Redis that had lost it, or missed its write and had an older one. */
  | { readonly type: 'restored'; readonly key: string }
  /** A fresh value is being reloaded in the background. */
  | { readonly type: 'early_refresh'; readonly key: string }
  /** The early refresh ended: this process has reloaded the value. */
  | { readonly type: 'early_refreshed'; readonly key: string }
  /** The early refresh ended without a load: another process reloads or has reloaded the value, or Redis is unavailable. */
  | { readonly type: 'early_refresh_skipped'; readonly key: string }
  | { readonly type: 'early_refresh_failed'; readonly key: string; readonly error: unknown }
  /**
   * A stale value was returned because no fresh one could be had. `error`: why the load failed, if it was tried.
   * `waitedFor`: set when another process was still loading at the end of `waitMs`.
   */
  | {
      readonly type: 'stale_served';
      readonly key: string;
      readonly ageMs: number;
      readonly error?: unknown;
      readonly waitedFor?: 'timeout';
    }
  /** The loaded value was not stored: a later holder of the lease may have stored its own. */
  | { readonly type: 'fenced_off'; readonly key: string }
  /** Redis held foreign or damaged bytes: they count as a miss and will be overwritten. */
  | { readonly type: 'corrupt'; readonly key: string }
  /** Redis could not be read or written; the cache went on without it. */
  | {
      readonly type: 'redis_failed';
      readonly key: string;
      readonly during: 'read' | 'lease' | 'write';
      readonly error: unknown;
    };
