import type { Clock } from '../clock.ts';
import type { HeldLease } from '../lease/lease.ts';
import { RedisUnavailableError } from '../redis/redis-unavailable.ts';
import type { CacheHit } from './cache.ts';
import type { CacheEvent } from './cache-events.ts';
import { isRefreshDue } from './early-refresh.ts';
import { ageMs, type Envelope, isStale } from './envelope.ts';
import type { MemoryFront } from './memory-front.ts';
import type { RedisStore, Written } from './redis-store.ts';

/** Memory in front, Redis behind; a Redis that fails is told and gone on without. */
export class Tiers {
  readonly #memory: MemoryFront;
  readonly #store: RedisStore;
  readonly #clock: Clock;
  readonly #tell: (event: CacheEvent) => void;
  readonly #onUnwritten: () => void;

  constructor(
    memory: MemoryFront,
    store: RedisStore,
    clock: Clock,
    tell: (event: CacheEvent) => void,
    onUnwritten: () => void,
  ) {
    this.#memory = memory;
    this.#store = store;
    this.#clock = clock;
    this.#tell = tell;
    this.#onUnwritten = onUnwritten;
  }

  lookInMemory<T>(key: string): CacheHit<T> | undefined {
    const envelope = this.#memory.get(key);
    return envelope && this.#hit<T>(envelope, 'memory');
  }

  /** What is stale in memory may have been renewed by another process. */
  async look<T>(key: string): Promise<CacheHit<T> | undefined> {
    const here = this.#memory.get(key);
    if (here && !isStale(here, this.#clock.now())) return this.#hit(here, 'memory');
    return (await this.lookForNewer<T>(key)) ?? (here && this.#hit(here, 'memory'));
  }

  /** What another process has written since, taken over into memory. */
  async lookForNewer<T>(key: string): Promise<CacheHit<T> | undefined> {
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
  async keep(key: string, envelope: Envelope, held: HeldLease | undefined): Promise<boolean> {
    let written: Written = 'written';
    try {
      written = await this.#store.write(key, envelope, held);
      if (written !== 'overtaken') this.#tell({ type: 'kept', key });
    } catch (error) {
      this.#tell({ type: 'redis_failed', key, during: 'write', error });
      if (error instanceof RedisUnavailableError) this.#onUnwritten();
    }
    const isBetterHere = envelope.yields && this.#memory.get(key)?.yields === false;
    if (written === 'overtaken') this.#tell({ type: 'refused', key });
    else if (written === 'written' && !isBetterHere) this.#memory.set(key, envelope);
    return written === 'better' || isBetterHere;
  }

  async #read(key: string): Promise<Envelope | undefined> {
    const answer = await this.#store.read(key);
    switch (answer.found) {
      case 'envelope':
        return answer.envelope;
      case 'nothing':
        return undefined;
      case 'corrupt':
        this.#tell({ type: 'corrupt', key });
        return undefined;
      case 'failure':
        this.#tell({ type: 'redis_failed', key, during: 'read', error: answer.error });
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
