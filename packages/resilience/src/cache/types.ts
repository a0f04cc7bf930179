import type { Unsubscribe } from '../listeners.ts';
import type { CacheEvent } from './cache-events.ts';

export interface CacheHit<T> {
  readonly value: T;
  readonly source: 'memory' | 'redis';
  /** Since it was written. */
  readonly ageMs: number;
  /** Past its time to live: only for when nothing fresh can be had. */
  readonly stale: boolean;
}

export interface CacheLoaded<T> {
  readonly value: T;
  readonly source: 'memory' | 'redis' | 'loaded' | 'stale';
  readonly ageMs: number;
  readonly stale: boolean;
  /** Another caller of this process had asked already. */
  readonly joined: boolean;
}

/** Both from writing: fresh until `ttlMs` (1 or more), kept as stale until `staleMs` (0 or under `ttlMs`: not kept). */
export interface Lifetime {
  readonly ttlMs: number;
  readonly staleMs: number;
  /** A poor value: it never replaces one that does not yield, however stale; that one is handed out instead. */
  readonly provisional?: boolean;
}

export interface LoadOptions<T> {
  /** How long this value lives, or `skip`: it is handed to those who wait and not kept. */
  lifetime(value: T): Lifetime | 'skip';
  /**
   * When given, a stale value is handed out if the load fails, and none is tried anew for so long. Otherwise a failed
   * load is thrown. Early refreshes are as far apart.
   */
  readonly staleRetryMs?: number;
  /** Loads a fresh value anew in the background when it is near its end: the likelier, the longer its load took. */
  readonly refreshEarly?: boolean;
  /** Only detaches this caller. */
  readonly signal?: AbortSignal;
}

/** What a look may set off, as `refreshEarly` does. */
export interface EarlyRefresh<T> extends Pick<LoadOptions<T>, 'lifetime' | 'staleRetryMs'> {
  load(): Promise<T>;
}

/**
 * Values that are plain JSON, by key. `T` is what the caller has put under that key; null, 0, '' and false are
 * values. A dead Redis, corrupt or foreign bytes are a miss and an event, never an error.
 */
export interface Cache {
  /** In memory, then in Redis. @param early for a value that is still fresh but near its end; a provisional one just ends */
  peek<T>(key: string, early?: EarlyRefresh<T>): Promise<CacheHit<T> | undefined>;
  /** In memory only, at once. */
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
}
