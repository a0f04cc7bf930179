import type { Clock } from '../clock.ts';
import type { LeaseHandle } from '../lease/types.ts';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import type { RedisConnection } from '../redis/types.ts';
import { createSingleFlight, type SingleFlight } from '../single-flight.ts';
import { detachFromCalls } from '../wait-graph.ts';
import type { CacheEvent } from './cache-events.ts';
import { checkLifetime, checkLoadOptions, checkValue } from './check-cache-options.ts';
import { encode } from './envelope.ts';
import { acquireLoadPermit, type CacheLease } from './load-permit.ts';
import { MemoryTier } from './memory-front.ts';
import { RedisRestorer } from './redis-restorer.ts';
import type { RedisStore } from './redis-store.ts';
import { RetryBackoff } from './rest.ts';
import { TieredStore } from './tiered-store.ts';
import type { Cache, CacheHit, CacheLoaded, EarlyRefresh, LoadOptions } from './types.ts';

type Loaded<T> = Omit<CacheLoaded<T>, 'joined'>;
type LeaseAtLoad = Extract<CacheEvent, { type: 'loading' }>['lease'];
type StaleServed = Extract<CacheEvent, { type: 'stale_served' }>;

/** One load of one key, on behalf of all who wait for it. */
interface LoadRequest<T> extends LoadOptions<T> {
  readonly key: string;
  readonly load: () => Promise<T>;
}

export interface LayeredCacheOptions {
  readonly redis: RedisConnection;
  readonly store: RedisStore;
  readonly maxEntries: number;
  readonly lease: CacheLease | undefined;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Looks in both tiers, then loads: once a process by single-flight, once over all processes under a lease. */
export class LayeredCache implements Cache {
  readonly #clock: Clock;
  readonly #lease: CacheLease | undefined;
  readonly #store: TieredStore;
  readonly #backoff: RetryBackoff;
  readonly #refreshBackoff: RetryBackoff;
  readonly #random: () => number;
  readonly #flights: SingleFlight = createSingleFlight();
  readonly #refreshes: SingleFlight = createSingleFlight();
  readonly #listeners: Listeners<CacheEvent> = new Listeners();

  constructor({ redis, store, maxEntries, lease, clock, random }: LayeredCacheOptions) {
    this.#clock = clock;
    this.#lease = lease;
    this.#random = random;
    const tell = (event: CacheEvent) => this.#listeners.emit(event);
    const memory = new MemoryTier(maxEntries, clock);
    const putBack = new RedisRestorer(redis, memory, store, clock, tell);
    this.#store = new TieredStore(memory, store, clock, tell, () => putBack.markPending());
    this.#backoff = new RetryBackoff(maxEntries, clock);
    this.#refreshBackoff = new RetryBackoff(maxEntries, clock);
  }

  async peek<T>(key: string, early?: EarlyRefresh<T>): Promise<CacheHit<T> | undefined> {
    const hit = await this.#store.get<T>(key);
    if (hit && !hit.stale) return this.#useFresh(key, hit, early);
    this.#listeners.emit({ type: 'miss', key });
    return hit;
  }

  peekMemory<T>(key: string): CacheHit<T> | undefined {
    return this.#store.getFromMemory<T>(key);
  }

  async getOrLoad<T>(key: string, load: () => Promise<T>, options: LoadOptions<T>): Promise<CacheLoaded<T>> {
    options.signal?.throwIfAborted();
    const wanted = { ...options, key, load };
    const here = this.#store.getFromMemory<T>(key);
    // The way of nearly all calls: no flight, no promise more than needed.
    if (here && !here.stale) return { ...this.#useFresh(key, here, earlyRefreshOf(wanted)), joined: false };
    checkLoadOptions(options);
    // A background refresh of this key holds the lease that this call would wait for.
    this.#refreshes.refuseReentry(key);
    const { value, joined } = await this.#flights.run(key, () => this.#getOrLoad(wanted), options.signal);
    if (joined) this.#listeners.emit({ type: 'joined', key, stale: value.stale });
    return { ...value, joined };
  }

  async settled(): Promise<void> {
    await Promise.all([this.#flights.settled(), this.#refreshes.settled()]);
  }

  subscribe(listener: (event: CacheEvent) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  async #getOrLoad<T>(wanted: LoadRequest<T>): Promise<Loaded<T>> {
    const { key, staleRetryMs } = wanted;
    const hit = await this.#store.get<T>(key);
    if (hit && !hit.stale) return this.#useFresh(key, hit, earlyRefreshOf(wanted));
    if (hit && this.#backoff.isActive(key)) return this.#serveStale(key, hit);
    try {
      return await this.#loadWithPermit(wanted, hit);
    } catch (error) {
      if (!hit || staleRetryMs === undefined) throw error;
      this.#backoff.start(key, staleRetryMs);
      return this.#serveStale(key, hit, { error });
    }
  }

  #useFresh<T>(key: string, hit: CacheHit<T>, early: EarlyRefresh<T> | undefined): CacheHit<T> {
    this.#listeners.emit({ type: 'hit', key, source: hit.source, ageMs: hit.ageMs });
    if (early && this.#store.isRefreshDue(key, this.#random)) this.#refresh({ ...early, key });
    return hit;
  }

  async #loadWithPermit<T>(wanted: LoadRequest<T>, stale: CacheHit<T> | undefined): Promise<Loaded<T>> {
    const { key } = wanted;
    const permit = await acquireLoadPermit(key, this.#lease, () => this.#getFresh<T>(key));
    switch (permit.type) {
      case 'cached':
        this.#listeners.emit({ type: 'filled_remotely', key, waitedFor: 'lease' });
        return permit.value;
      case 'load':
        return this.#loadUnderLease(permit.held, wanted);
      case 'timed_out': {
        const late = await this.#getFresh<T>(key);
        if (late) this.#listeners.emit({ type: 'filled_remotely', key, waitedFor: 'timeout' });
        return (
          late ?? (stale ? this.#serveStale(key, stale, { waitedFor: 'timeout' }) : this.#load(wanted, 'timed_out'))
        );
      }
      case 'redis_unavailable':
        this.#listeners.emit({ type: 'redis_failed', key, during: 'lease', error: permit.error });
        return this.#load(wanted, 'redis_unavailable');
    }
  }

  /** In the background, by one process, and only if it need not wait: the value is still fresh. */
  #refresh<T>(wanted: LoadRequest<T>): void {
    checkLoadOptions(wanted);
    const { key, staleRetryMs } = wanted;
    if (this.#refreshes.has(key) || this.#refreshBackoff.isActive(key)) return;
    if (staleRetryMs !== undefined) this.#refreshBackoff.start(key, staleRetryMs);
    this.#listeners.emit({ type: 'early_refresh', key });
    const refresh = async () => {
      const lease = this.#lease && { ...this.#lease, waitMs: 0 };
      const permit = await acquireLoadPermit(key, lease, () => this.#store.getNewer<T>(key));
      if (permit.type === 'load') await this.#loadUnderLease(permit.held, wanted);
    };
    detachFromCalls(() => this.#refreshes.run(key, refresh)).catch((error: unknown) => {
      this.#listeners.emit({ type: 'early_refresh_failed', key, error });
    });
  }

  /** Nobody who has the value, or the error, waits until the lease is given back. */
  async #loadUnderLease<T>(held: LeaseHandle | undefined, wanted: LoadRequest<T>): Promise<Loaded<T>> {
    try {
      return await this.#load(wanted, held ? 'held' : 'none', held);
    } finally {
      void held?.release();
    }
  }

  async #load<T>(wanted: LoadRequest<T>, lease: LeaseAtLoad, held?: LeaseHandle): Promise<Loaded<T>> {
    const { key } = wanted;
    this.#listeners.emit({ type: 'loading', key, lease });
    const started = this.#clock.monotonic();
    const value = await wanted.load();
    const loadMs = this.#clock.monotonic() - started;
    this.#listeners.emit({ type: 'loaded', key, loadMs });
    checkValue(key, value);
    const life = wanted.lifetime(value);
    const loaded = { value, source: 'loaded', ageMs: 0, stale: false } as const;
    if (life === 'skip') return loaded;
    checkLifetime(life);
    const isBetterKept = await this.#store.set(key, encode(value, life, this.#clock.now(), loadMs), held);
    const better = isBetterKept ? await this.#store.get<T>(key) : undefined;
    if (!better) return loaded;
    // The poor value would have been fresh for so long: no need to ask for it again.
    this.#backoff.start(key, life.ttlMs);
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

function earlyRefreshOf<T>(wanted: LoadRequest<T>): EarlyRefresh<T> | undefined {
  return wanted.refreshEarly ? wanted : undefined;
}
