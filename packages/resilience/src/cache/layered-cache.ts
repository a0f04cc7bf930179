import type { Clock } from '../clock.ts';
import type { HeldLease } from '../lease/lease.ts';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { createSingleFlight, type SingleFlight } from '../single-flight.ts';
import { detachFromCalls } from '../wait-graph.ts';
import type { Cache, CacheHit, CacheLoaded, EarlyRefresh, LoadOptions } from './cache.ts';
import type { CacheEvent } from './cache-events.ts';
import { askToLoad, type CacheLease } from './cache-lease.ts';
import { checkLifetime, checkLoadOptions, checkValue } from './check-cache-options.ts';
import { seal } from './envelope.ts';
import { MemoryFront } from './memory-front.ts';
import { PutBack } from './put-back.ts';
import type { RedisStore } from './redis-store.ts';
import { Rest } from './rest.ts';
import { Tiers } from './tiers.ts';

type Loaded<T> = Omit<CacheLoaded<T>, 'joined'>;
type LeaseAtLoad = Extract<CacheEvent, { type: 'loading' }>['lease'];
type StaleServed = Extract<CacheEvent, { type: 'stale_served' }>;

/** One load of one key, on behalf of all who wait for it. */
interface Load<T> extends LoadOptions<T> {
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
  readonly #tiers: Tiers;
  readonly #rest: Rest;
  readonly #refreshRest: Rest;
  readonly #random: () => number;
  readonly #flights: SingleFlight = createSingleFlight();
  readonly #refreshes: SingleFlight = createSingleFlight();
  readonly #listeners: Listeners<CacheEvent> = new Listeners();

  constructor({ redis, store, maxEntries, lease, clock, random }: LayeredCacheOptions) {
    this.#clock = clock;
    this.#lease = lease;
    this.#random = random;
    const tell = (event: CacheEvent) => this.#listeners.emit(event);
    const memory = new MemoryFront(maxEntries, clock);
    const putBack = new PutBack(redis, memory, store, clock, tell);
    this.#tiers = new Tiers(memory, store, clock, tell, () => putBack.markPending());
    this.#rest = new Rest(maxEntries, clock);
    this.#refreshRest = new Rest(maxEntries, clock);
  }

  async peek<T>(key: string, early?: EarlyRefresh<T>): Promise<CacheHit<T> | undefined> {
    const hit = await this.#tiers.look<T>(key);
    if (hit && !hit.stale) return this.#useFresh(key, hit, early);
    this.#listeners.emit({ type: 'miss', key });
    return hit;
  }

  peekMemory<T>(key: string): CacheHit<T> | undefined {
    return this.#tiers.lookInMemory<T>(key);
  }

  async getOrLoad<T>(key: string, load: () => Promise<T>, options: LoadOptions<T>): Promise<CacheLoaded<T>> {
    options.signal?.throwIfAborted();
    const wanted = { ...options, key, load };
    const here = this.#tiers.lookInMemory<T>(key);
    // The way of nearly all calls: no flight, no promise more than needed.
    if (here && !here.stale) return { ...this.#useFresh(key, here, earlyOf(wanted)), joined: false };
    checkLoadOptions(options);
    // A background refresh of this key holds the lease that this call would wait for.
    this.#refreshes.refuseReentry(key);
    const { value, joined } = await this.#flights.run(key, () => this.#lookOrLoad(wanted), options.signal);
    if (joined) this.#listeners.emit({ type: 'joined', key, stale: value.stale });
    return { ...value, joined };
  }

  async settled(): Promise<void> {
    await Promise.all([this.#flights.settled(), this.#refreshes.settled()]);
  }

  subscribe(listener: (event: CacheEvent) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  async #lookOrLoad<T>(wanted: Load<T>): Promise<Loaded<T>> {
    const { key, staleRetryMs } = wanted;
    const hit = await this.#tiers.look<T>(key);
    if (hit && !hit.stale) return this.#useFresh(key, hit, earlyOf(wanted));
    if (hit && this.#rest.isResting(key)) return this.#serveStale(key, hit);
    try {
      return await this.#loadWithPermission(wanted, hit);
    } catch (error) {
      if (!hit || staleRetryMs === undefined) throw error;
      this.#rest.note(key, staleRetryMs);
      return this.#serveStale(key, hit, { error });
    }
  }

  #useFresh<T>(key: string, hit: CacheHit<T>, early: EarlyRefresh<T> | undefined): CacheHit<T> {
    this.#listeners.emit({ type: 'hit', key, source: hit.source, ageMs: hit.ageMs });
    if (early && this.#tiers.isRefreshDue(key, this.#random)) this.#refresh({ ...early, key });
    return hit;
  }

  async #loadWithPermission<T>(wanted: Load<T>, stale: CacheHit<T> | undefined): Promise<Loaded<T>> {
    const { key } = wanted;
    const permission = await askToLoad(key, this.#lease, () => this.#lookForFresh<T>(key));
    switch (permission.may) {
      case 'use':
        this.#listeners.emit({ type: 'filled_by_another', key, waitedFor: 'lease' });
        return permission.value;
      case 'load':
        return this.#loadUnder(permission.held, wanted);
      case 'load_after_timeout': {
        const late = await this.#lookForFresh<T>(key);
        if (late) this.#listeners.emit({ type: 'filled_by_another', key, waitedFor: 'timeout' });
        return (
          late ?? (stale ? this.#serveStale(key, stale, { waitedFor: 'timeout' }) : this.#load(wanted, 'timed_out'))
        );
      }
      case 'load_without_redis':
        this.#listeners.emit({ type: 'redis_failed', key, during: 'lease', error: permission.error });
        return this.#load(wanted, 'redis_unavailable');
    }
  }

  /** In the background, by one process, and only if it need not wait: the value is still fresh. */
  #refresh<T>(wanted: Load<T>): void {
    checkLoadOptions(wanted);
    const { key, staleRetryMs } = wanted;
    if (this.#refreshes.has(key) || this.#refreshRest.isResting(key)) return;
    if (staleRetryMs !== undefined) this.#refreshRest.note(key, staleRetryMs);
    this.#listeners.emit({ type: 'early_refresh', key });
    const refresh = async () => {
      const lease = this.#lease && { ...this.#lease, waitMs: 0 };
      const permission = await askToLoad(key, lease, () => this.#tiers.lookForNewer<T>(key));
      if (permission.may === 'load') await this.#loadUnder(permission.held, wanted);
    };
    detachFromCalls(() => this.#refreshes.run(key, refresh)).catch((error: unknown) => {
      this.#listeners.emit({ type: 'early_refresh_failed', key, error });
    });
  }

  /** Nobody who has the value, or the error, waits until the lease is given back. */
  async #loadUnder<T>(held: HeldLease | undefined, wanted: Load<T>): Promise<Loaded<T>> {
    try {
      return await this.#load(wanted, held ? 'held' : 'none', held);
    } finally {
      void held?.release();
    }
  }

  async #load<T>(wanted: Load<T>, lease: LeaseAtLoad, held?: HeldLease): Promise<Loaded<T>> {
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
    const isBetterKept = await this.#tiers.keep(key, seal(value, life, this.#clock.now(), loadMs), held);
    const better = isBetterKept ? await this.#tiers.look<T>(key) : undefined;
    if (!better) return loaded;
    // The poor value would have been fresh for so long: no need to ask for it again.
    this.#rest.note(key, life.ttlMs);
    return this.#serveStale(key, better);
  }

  async #lookForFresh<T>(key: string): Promise<CacheHit<T> | undefined> {
    const hit = await this.#tiers.look<T>(key);
    return hit?.stale ? undefined : hit;
  }

  #serveStale<T>(key: string, hit: CacheHit<T>, why: Pick<StaleServed, 'error' | 'waitedFor'> = {}): Loaded<T> {
    this.#listeners.emit({ type: 'stale_served', key, ageMs: hit.ageMs, ...why });
    return { ...hit, source: 'stale' };
  }
}

function earlyOf<T>(wanted: Load<T>): EarlyRefresh<T> | undefined {
  return wanted.refreshEarly ? wanted : undefined;
}
