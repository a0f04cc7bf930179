import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import type { LeaseHandle } from '../lease/types.ts';
import { RedisUnavailableError } from '../redis/errors.ts';
import { ageMs, type Envelope, isRefreshDue, isStale, remainingMs } from './envelope.ts';
import type { RedisStore, WriteResult } from './redis-store.ts';
import type { CacheEvent, CacheHit } from './types.ts';

/** The most recently used envelopes of this process. */
export class MemoryTier {
  readonly #entries: LRUCache<string, Envelope>;
  readonly #clock: Clock;

  constructor(maxEntries: number, clock: Clock) {
    this.#entries = new LRUCache({ max: maxEntries });
    this.#clock = clock;
  }

  get(key: string): Envelope | undefined {
    const envelope = this.#entries.get(key);
    if (!envelope || remainingMs(envelope, this.#clock.now()) > 0) return envelope;
    this.#entries.delete(key);
    return undefined;
  }

  /** Returns the keys, most recently used first. */
  keys(): string[] {
    return [...this.#entries.keys()];
  }

  /** Like `get`, but does not count as a use. */
  peek(key: string): Envelope | undefined {
    return this.#entries.peek(key);
  }

  set(key: string, envelope: Envelope): void {
    this.#entries.set(key, envelope);
  }
}

/** The memory tier in front of the Redis tier. A Redis that fails causes an event, and the store goes on without it. */
export class TieredStore {
  readonly #memory: MemoryTier;
  readonly #redis: RedisStore;
  readonly #clock: Clock;
  readonly #emit: (event: CacheEvent) => void;
  readonly #onUnwritten: () => void;

  /** @param onUnwritten called when Redis was unavailable for a write, so that it lacks a value of the memory tier */
  constructor(
    memory: MemoryTier,
    redis: RedisStore,
    clock: Clock,
    emit: (event: CacheEvent) => void,
    onUnwritten: () => void,
  ) {
    this.#memory = memory;
    this.#redis = redis;
    this.#clock = clock;
    this.#emit = emit;
    this.#onUnwritten = onUnwritten;
  }

  getFromMemory<T>(key: string): CacheHit<T> | undefined {
    const envelope = this.#memory.get(key);
    return envelope && this.#hit<T>(envelope, 'memory');
  }

  /** Returns a fresh value of the memory tier; a stale one only if no other process has renewed it in Redis. */
  async get<T>(key: string): Promise<CacheHit<T> | undefined> {
    const ours = this.#memory.get(key);
    if (ours && !isStale(ours, this.#clock.now())) return this.#hit(ours, 'memory');
    return (await this.getNewer<T>(key)) ?? (ours && this.#hit(ours, 'memory'));
  }

  /** Returns the value in Redis if it is newer than ours, and puts it into the memory tier. */
  async getNewer<T>(key: string): Promise<CacheHit<T> | undefined> {
    const ours = this.#memory.get(key);
    const stored = await this.#read(key);
    if (!stored || stored.writtenAt <= (ours?.writtenAt ?? 0)) return undefined;
    this.#memory.set(key, stored);
    return this.#hit(stored, 'redis');
  }

  /** Whether this reader should reload the value, which is fresh but near its end. */
  isRefreshDue(key: string, random: () => number): boolean {
    const ours = this.#memory.get(key);
    return ours !== undefined && !ours.yields && isRefreshDue(ours, this.#clock.now(), random);
  }

  /**
   * Stores a loaded value in both tiers, unless another value has precedence.
   * @param lease under which the value was loaded, if any: released here
   * @returns whether a better value is stored
   */
  async set(key: string, envelope: Envelope, lease: LeaseHandle | undefined): Promise<boolean> {
    let result: WriteResult = 'written';
    try {
      result = await this.#redis.write(key, envelope, lease);
      if (result !== 'fenced_off') this.#emit({ type: 'stored', key });
    } catch (error) {
      this.#emit({ type: 'redis_failed', key, during: 'write', error });
      if (error instanceof RedisUnavailableError) this.#onUnwritten();
    }
    const isBetterInMemory = envelope.yields && this.#memory.get(key)?.yields === false;
    if (result === 'fenced_off') this.#emit({ type: 'fenced_off', key });
    else if (result === 'written' && !isBetterInMemory) this.#memory.set(key, envelope);
    return result === 'better_stored' || isBetterInMemory;
  }

  async #read(key: string): Promise<Envelope | undefined> {
    const result = await this.#redis.read(key);
    switch (result.type) {
      case 'envelope':
        return result.envelope;
      case 'missing':
        return undefined;
      case 'corrupt':
        this.#emit({ type: 'corrupt', key });
        return undefined;
      case 'failed':
        this.#emit({ type: 'redis_failed', key, during: 'read', error: result.error });
        return undefined;
    }
  }

  #hit<T>(envelope: Envelope, source: 'memory' | 'redis'): CacheHit<T> {
    const now = this.#clock.now();
    // A key holds what the caller stored there, so the type is the caller's responsibility.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return { value: envelope.value as T, source, ageMs: ageMs(envelope, now), stale: isStale(envelope, now) };
  }
}
