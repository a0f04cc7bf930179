import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import type { LeaseEvent, LeaseHandle, LeaseStatus } from '../lease/types.ts';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import { checkRange } from '../range.ts';
import type { RedisConnection } from '../redis/types.ts';
import { createSingleFlight, detachFromCalls, type SingleFlight } from '../single-flight.ts';
import { checkLifetime, checkValue, encode } from './envelope.ts';
import { acquireLoadLock, type LoadLock } from './load-lock.ts';
import { RedisRestorer } from './redis-restorer.ts';
import type { RedisStore } from './redis-store.ts';
import { MemoryTier, TieredStore } from './tiered-store.ts';
import type {
  Cache,
  CacheEvent,
  CacheHit,
  CacheLoaded,
  EarlyRefresh,
  Lifetime,
  LoadLifetime,
  LoadOptions,
} from './types.ts';

type Loaded<T> = Omit<CacheLoaded<T>, 'joined'>;
type LeaseAtLoad = Extract<CacheEvent, { type: 'loading' }>['lease'];
type Hit = Extract<CacheEvent, { type: 'hit' }>;
type StaleServed = Extract<CacheEvent, { type: 'stale_served' }>;

/** One load of one key, on behalf of all callers that wait for it. */
type LoadRequest<T> = LoadOptions<T> & {
  readonly key: string;
  readonly load: () => Promise<T>;
  /** Absent for a background refresh, which no caller waits for. */
  readonly progress?: LoadProgress;
};

/** What has happened for the callers of one flight. */
interface LoadProgress {
  loads: number;
  /** Whether another process was loading the value, too. */
  isLoadedElsewhere: boolean;
}

export interface LayeredCacheOptions {
  readonly redis: RedisConnection;
  readonly store: RedisStore;
  readonly maxEntries: number;
  readonly lock: LoadLock | undefined;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Looks in both tiers, then loads: once per process by single-flight, once in all processes under a lease. */
export class LayeredCache implements Cache {
  readonly #clock: Clock;
  readonly #lock: LoadLock | undefined;
  readonly #store: TieredStore;
  readonly #backoff: RetryBackoff;
  readonly #refreshBackoff: RetryBackoff;
  readonly #random: () => number;
  readonly #flights: SingleFlight = createSingleFlight();
  readonly #refreshes: SingleFlight = createSingleFlight();
  readonly #listeners: Listeners<CacheEvent> = new Listeners();

  constructor({ redis, store, maxEntries, lock, clock, random }: LayeredCacheOptions) {
    this.#clock = clock;
    this.#lock = lock;
    this.#random = random;
    const emit = (event: CacheEvent) => this.#listeners.emit(event);
    const memory = new MemoryTier(maxEntries, clock);
    const restorer = new RedisRestorer(redis, memory, store, clock, emit);
    this.#store = new TieredStore(memory, store, clock, emit, () => restorer.markPending());
    this.#backoff = new RetryBackoff(maxEntries, clock);
    this.#refreshBackoff = new RetryBackoff(maxEntries, clock);
  }

  async peek<T>(key: string, early?: EarlyRefresh<T>): Promise<CacheHit<T> | undefined> {
    if (early) checkLoadOptions(early);
    const hit = await this.#store.get<T>(key);
    if (hit && !hit.stale) return this.#useFresh(key, hit, 'peek', early);
    this.#listeners.emit({ type: 'miss', key });
    return hit;
  }

  peekMemory<T>(key: string): CacheHit<T> | undefined {
    return this.#store.getFromMemory<T>(key);
  }

  async getOrLoad<T>(key: string, load: () => Promise<T>, options: LoadOptions<T>): Promise<CacheLoaded<T>> {
    options.signal?.throwIfAborted();
    checkLoadOptions(options);
    const hit = this.#store.getFromMemory<T>(key);
    // The path of nearly all calls: no flight, and no more promises and objects than needed.
    if (hit && !hit.stale)
      return { ...this.#useFresh(key, hit, 'getOrLoad', earlyRefreshOf(options, load)), joined: false };
    const request: LoadRequest<T> = { ...options, key, load };
    // A background refresh of this key holds the lease that this call would wait for.
    this.#refreshes.refuseReentry(key);
    const { value, joined } = await this.#flights.run(key, () => this.#findForAll(request), options.signal);
    if (joined) this.#listeners.emit({ type: 'joined', key, stale: value.stale });
    return { ...value, joined };
  }

  async settled(): Promise<void> {
    await Promise.all([this.#flights.settled(), this.#refreshes.settled()]);
  }

  subscribe(listener: (event: CacheEvent) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  leases(): readonly LeaseStatus[] {
    const leases = this.#lock?.leases.current() ?? [];
    // One caller of a flight asks for the lease, which is its key; the others wait for the flight.
    return leases.map((status) => ({
      ...status,
      waiting: status.waiting + Math.max(0, this.#flights.callers(status.lease) - 1),
    }));
  }

  subscribeToLock(listener: (event: LeaseEvent) => void): Unsubscribe {
    return this.#lock ? this.#lock.leases.subscribe(listener) : () => {};
  }

  /** Finds or loads the value for all concurrent callers, and reports how many they were. */
  async #findForAll<T>(request: LoadRequest<T>): Promise<Loaded<T>> {
    const { key } = request;
    const progress: LoadProgress = { loads: 0, isLoadedElsewhere: false };
    try {
      return await this.#findOrLoad({ ...request, progress });
    } finally {
      const callers = this.#flights.callers(key);
      const isShared = progress.isLoadedElsewhere || (callers > 1 && progress.loads > 0);
      if (isShared) this.#listeners.emit({ type: 'shared', key, callers, ...progress });
    }
  }

  async #findOrLoad<T>(request: LoadRequest<T>): Promise<Loaded<T>> {
    const { key, staleRetryMs } = request;
    const hit = await this.#store.get<T>(key);
    if (hit && !hit.stale) return this.#useFresh(key, hit, 'getOrLoad', earlyRefreshOf(request, request.load));
    if (hit && this.#backoff.isActive(key)) return this.#serveStale(key, hit);
    try {
      return await this.#loadLocked(request, hit);
    } catch (error) {
      if (!hit || staleRetryMs === undefined) throw error;
      this.#backoff.start(key, staleRetryMs);
      return this.#serveStale(key, hit, { error });
    }
  }

  #useFresh<T>(key: string, hit: CacheHit<T>, by: Hit['by'], early: EarlyRefresh<T> | undefined): CacheHit<T> {
    this.#listeners.emit({ type: 'hit', key, by, source: hit.source, ageMs: hit.ageMs });
    if (early && this.#store.isRefreshDue(key, this.#random)) this.#refresh({ ...early, key });
    return hit;
  }

  async #loadLocked<T>(request: LoadRequest<T>, stale: CacheHit<T> | undefined): Promise<Loaded<T>> {
    const { key, progress } = request;
    const locked = await acquireLoadLock(key, this.#lock, () => this.#getFresh<T>(key));
    if (progress) progress.isLoadedElsewhere = locked.type === 'cached' || locked.type === 'timed_out';
    switch (locked.type) {
      case 'cached':
        this.#listeners.emit({ type: 'filled_remotely', key, waitedFor: 'lease' });
        return locked.value;
      case 'load':
        return this.#loadUnderLease(locked.lease, request);
      case 'timed_out': {
        const late = await this.#getFresh<T>(key);
        if (late) this.#listeners.emit({ type: 'filled_remotely', key, waitedFor: 'timeout' });
        if (late) return late;
        return stale ? this.#serveStale(key, stale, { waitedFor: 'timeout' }) : this.#load(request, 'timed_out');
      }
      case 'redis_unavailable':
        this.#listeners.emit({ type: 'redis_failed', key, during: 'lease', error: locked.error });
        return this.#load(request, 'redis_unavailable');
    }
  }

  /** Reloads in the background, in one process, and without waiting for a lease, because the value is still fresh. */
  #refresh<T>(request: LoadRequest<T>): void {
    const { key, staleRetryMs } = request;
    if (this.#refreshes.has(key) || this.#refreshBackoff.isActive(key)) return;
    if (staleRetryMs !== undefined) this.#refreshBackoff.start(key, staleRetryMs);
    this.#listeners.emit({ type: 'early_refresh', key });
    const refresh = async () => {
      const lock = this.#lock && { ...this.#lock, options: { ...this.#lock.options, waitMs: 0 } };
      const locked = await acquireLoadLock(key, lock, () => this.#store.getNewer<T>(key));
      if (locked.type !== 'load') return this.#listeners.emit({ type: 'early_refresh_skipped', key });
      await this.#loadUnderLease(locked.lease, request);
      this.#listeners.emit({ type: 'early_refreshed', key });
    };
    detachFromCalls(() => this.#refreshes.run(key, refresh)).catch((error: unknown) => {
      this.#listeners.emit({ type: 'early_refresh_failed', key, error });
    });
  }

  /** No caller waits for the release: it has the value, or the error, before. */
  async #loadUnderLease<T>(lease: LeaseHandle | undefined, request: LoadRequest<T>): Promise<Loaded<T>> {
    try {
      return await this.#load(request, lease ? 'held' : 'none', lease);
    } finally {
      void lease?.release();
    }
  }

  async #load<T>(request: LoadRequest<T>, leaseAtLoad: LeaseAtLoad, lease?: LeaseHandle): Promise<Loaded<T>> {
    const { key, progress } = request;
    if (progress) progress.loads += 1;
    this.#listeners.emit({ type: 'loading', key, lease: leaseAtLoad });
    const startedAt = this.#clock.monotonic();
    const value = await request.load();
    const loadMs = this.#clock.monotonic() - startedAt;
    this.#listeners.emit({ type: 'loaded', key, loadMs });
    checkValue(key, value);
    const lifetime = lifetimeOf(value, request);
    const loaded = { value, source: 'loaded', ageMs: 0, stale: false } as const;
    if (lifetime === 'skip') return loaded;
    checkLifetime(lifetime);
    const isBetterStored = await this.#store.set(key, encode(value, lifetime, this.#clock.now(), loadMs), lease);
    const better = isBetterStored ? await this.#store.get<T>(key) : undefined;
    if (!better) return loaded;
    if (!better.stale) return better;
    // For as long as the provisional value would have been fresh, another load would bring nothing better.
    this.#backoff.start(key, lifetime.ttlMs);
    return this.#serveStale(key, better);
  }

  async #getFresh<T>(key: string): Promise<CacheHit<T> | undefined> {
    const hit = await this.#store.get<T>(key);
    return hit?.stale ? undefined : hit;
  }

  #serveStale<T>(key: string, hit: CacheHit<T>, why: Pick<StaleServed, 'error' | 'waitedFor'> = {}): Loaded<T> {
    this.#listeners.emit({ type: 'stale_served', key, ageMs: hit.ageMs, ...why });
    return { ...hit, source: 'stale' };
  }
}

/** Keys whose last load failed so recently that a stale value does for now. */
class RetryBackoff {
  readonly #endsAt: LRUCache<string, number>;
  readonly #clock: Clock;

  constructor(maxEntries: number, clock: Clock) {
    this.#endsAt = new LRUCache({ max: maxEntries });
    this.#clock = clock;
  }

  start(key: string, forMs: number): void {
    this.#endsAt.set(key, this.#clock.monotonic() + forMs);
  }

  isActive(key: string): boolean {
    return (this.#endsAt.get(key) ?? 0) > this.#clock.monotonic();
  }
}

/** @throws {RangeError} naming the option that is out of range */
function checkLoadOptions<T>(options: LoadLifetime<T> & Pick<LoadOptions<T>, 'staleRetryMs'>): void {
  if (options.staleRetryMs !== undefined) checkRange('staleRetryMs', options.staleRetryMs, { min: 0 });
  if (!options.lifetime) checkLifetime(options);
}

function lifetimeOf<T>(value: T, options: LoadLifetime<T>): Lifetime | 'skip' {
  return options.lifetime ? options.lifetime(value) : options;
}

function earlyRefreshOf<T>(options: LoadOptions<T>, load: () => Promise<T>): EarlyRefresh<T> | undefined {
  return options.refreshEarly ? { ...options, load } : undefined;
}
