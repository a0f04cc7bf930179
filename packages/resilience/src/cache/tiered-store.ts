import type { Clock } from '../clock.ts';
import type { LeaseHandle } from '../lease/types.ts';
import { RedisUnavailableError } from '../redis/errors.ts';
import type { CacheEvent } from './cache-events.ts';
import { isRefreshDue } from './early-refresh.ts';
import { ageMs, type Envelope, isStale } from './envelope.ts';
import type { MemoryTier } from './memory-front.ts';
import type { RedisStore, WriteResult } from './redis-store.ts';
import type { CacheHit } from './types.ts';

/** Memory in front, Redis behind; a Redis that fails is told and gone on without. */
export class TieredStore {
  readonly #memory: MemoryTier;
  readonly #store: RedisStore;
  readonly #clock: Clock;
  readonly #emit: (event: CacheEvent) => void;
  readonly #onUnwritten: () => void;

  constructor(
    memory: MemoryTier,
    store: RedisStore,
    clock: Clock,
    tell: (event: CacheEvent) => void,
    onUnwritten: () => void,
  ) {
    this.#memory = memory;
    this.#store = store;
    this.#clock = clock;
    this.#emit = tell;
    this.#onUnwritten = onUnwritten;
  }

  getFromMemory<T>(key: string): CacheHit<T> | undefined {
    const envelope = this.#memory.get(key);
    return envelope && this.#hit<T>(envelope, 'memory');
  }

  /** What is stale in memory may have been renewed by another process. */
  async get<T>(key: string): Promise<CacheHit<T> | undefined> {
    const here = this.#memory.get(key);
    if (here && !isStale(here, this.#clock.now())) return this.#hit(here, 'memory');
    return (await this.getNewer<T>(key)) ?? (here && this.#hit(here, 'memory'));
  }

  /** What another process has written since, taken over into memory. */
  async getNewer<T>(key: string): Promise<CacheHit<T> | undefined> {
    const here = this.#memory.get(key);
    const there = await this.#read(key);
    if (!there || there.writtenAt <= (here?.writtenAt ?? 0)) return undefined;
    this.#memory.set(key, there);
    return this.#hit(there, 'redis');
  }

  /** Whether a fresh value is so near its end that this reader should load it anew. */
  isRefreshDue(key: string, random: () => number): boolean {
    const here = this.#memory.get(key);
    return here !== undefined && !here.yields && isRefreshDue(here, this.#clock.now(), random);
  }

  /** @param held the lease under which the value was made, if any: ends here @returns whether a better value is kept */
  async set(key: string, envelope: Envelope, held: LeaseHandle | undefined): Promise<boolean> {
    let written: WriteResult = 'written';
    try {
      written = await this.#store.write(key, envelope, held);
      if (written !== 'fenced_off') this.#emit({ type: 'stored', key });
    } catch (error) {
      this.#emit({ type: 'redis_failed', key, during: 'write', error });
      if (error instanceof RedisUnavailableError) this.#onUnwritten();
    }
    const isBetterHere = envelope.yields && this.#memory.get(key)?.yields === false;
    if (written === 'fenced_off') this.#emit({ type: 'fenced_off', key });
    else if (written === 'written' && !isBetterHere) this.#memory.set(key, envelope);
    return written === 'better_stored' || isBetterHere;
  }

  async #read(key: string): Promise<Envelope | undefined> {
    const answer = await this.#store.read(key);
    switch (answer.type) {
      case 'envelope':
        return answer.envelope;
      case 'missing':
        return undefined;
      case 'corrupt':
        this.#emit({ type: 'corrupt', key });
        return undefined;
      case 'failed':
        this.#emit({ type: 'redis_failed', key, during: 'read', error: answer.error });
        return undefined;
    }
  }

  #hit<T>(envelope: Envelope, source: 'memory' | 'redis'): CacheHit<T> {
    const now = this.#clock.now();
    // A key holds what the caller put there; the type is the caller's word.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return { value: envelope.value as T, source, ageMs: ageMs(envelope, now), stale: isStale(envelope, now) };
  }
}
