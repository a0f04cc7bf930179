import type { Clock } from '../clock.ts';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import { createSingleFlight, type SingleFlight } from '../single-flight.ts';
import type { Cache, CacheHit, CacheLoaded, LoadOptions } from './cache.ts';
import type { CacheEvent } from './cache-events.ts';
import { ageMs, type Envelope, isStale, seal } from './envelope.ts';
import type { MemoryFront } from './memory-front.ts';
import type { RedisStore } from './redis-store.ts';

type Loaded<T> = Omit<CacheLoaded<T>, 'joined'>;

/** Memory in front, Redis behind, one flight a key. */
export class LayeredCache implements Cache {
  readonly #memory: MemoryFront;
  readonly #store: RedisStore;
  readonly #clock: Clock;
  readonly #flights: SingleFlight = createSingleFlight();
  readonly #listeners: Listeners<CacheEvent> = new Listeners();

  constructor(memory: MemoryFront, store: RedisStore, clock: Clock) {
    this.#memory = memory;
    this.#store = store;
    this.#clock = clock;
  }

  async peek<T>(key: string): Promise<CacheHit<T> | undefined> {
    const hit = await this.#look<T>(key);
    this.#listeners.emit(hit ? { type: 'hit', key, source: hit.source, ageMs: hit.ageMs } : { type: 'miss', key });
    return hit;
  }

  peekMemory<T>(key: string): CacheHit<T> | undefined {
    const envelope = this.#memory.get(key);
    return envelope && this.#hit<T>(envelope, 'memory');
  }

  async getOrLoad<T>(key: string, load: () => Promise<T>, options: LoadOptions<T>): Promise<CacheLoaded<T>> {
    const { value, joined } = await this.#flights.run(key, () => this.#lookOrLoad(key, load, options), options.signal);
    return { ...value, joined };
  }

  subscribe(listener: (event: CacheEvent) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  async #lookOrLoad<T>(key: string, load: () => Promise<T>, options: LoadOptions<T>): Promise<Loaded<T>> {
    const hit = await this.#look<T>(key);
    if (hit && !hit.stale) {
      this.#listeners.emit({ type: 'hit', key, source: hit.source, ageMs: hit.ageMs });
      return hit;
    }
    const started = this.#clock.monotonic();
    const value = await load();
    this.#listeners.emit({ type: 'loaded', key, loadMs: this.#clock.monotonic() - started });
    const lifetime = options.lifetime(value);
    if (lifetime !== 'skip') await this.#keep(key, seal(value, lifetime, this.#clock.now()));
    return { value, source: 'loaded', ageMs: 0, stale: false };
  }

  /** What is stale in memory may have been renewed by another process. */
  async #look<T>(key: string): Promise<CacheHit<T> | undefined> {
    const here = this.#memory.get(key);
    if (here && !isStale(here, this.#clock.now())) return this.#hit(here, 'memory');
    const there = await this.#read(key);
    if (there && there.writtenAt >= (here?.writtenAt ?? 0)) {
      this.#memory.set(key, there);
      return this.#hit(there, 'redis');
    }
    return here && this.#hit(here, 'memory');
  }

  async #read(key: string): Promise<Envelope | undefined> {
    const answer = await this.#store.read(key);
    switch (answer.found) {
      case 'envelope':
        return answer.envelope;
      case 'nothing':
        return undefined;
      case 'corrupt':
        this.#listeners.emit({ type: 'corrupt', key });
        return undefined;
      case 'failure':
        this.#listeners.emit({ type: 'redis_failed', key, during: 'read', error: answer.error });
        return undefined;
    }
  }

  async #keep(key: string, envelope: Envelope): Promise<void> {
    this.#memory.set(key, envelope);
    try {
      await this.#store.write(key, envelope);
    } catch (error) {
      this.#listeners.emit({ type: 'redis_failed', key, during: 'write', error });
    }
  }

  #hit<T>(envelope: Envelope, source: 'memory' | 'redis'): CacheHit<T> {
    const now = this.#clock.now();
    // A key holds what the caller put there; the type is the caller's word.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return { value: envelope.value as T, source, ageMs: ageMs(envelope, now), stale: isStale(envelope, now) };
  }
}
