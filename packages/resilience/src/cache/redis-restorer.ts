import type { Clock } from '../clock.ts';
import type { RedisConnection } from '../redis/types.ts';
import type { RedisStore } from './redis-store.ts';
import type { MemoryTier } from './tiered-store.ts';
import type { CacheEvent } from './types.ts';

/** Maximum rate of restoring, in bytes per millisecond (2 Mbit/s). */
const MAX_BYTES_PER_MS = 250;
/** Maximum bytes of a value that is restored; larger ones are loaded again. */
const MAX_VALUE_BYTES = 65_536;
/** Number of keys that are checked at once. */
const BATCH_SIZE = 50;
/** Failures in a row after which the restorer gives up until the next data loss. */
const MAX_FAILURES = 3;

/**
 * Writes the memory tier back to a Redis that lost its data or missed writes while it was unavailable, so that other
 * processes, and this one after a restart, need not load the values again. A key that exists keeps its value unless
 * ours is newer.
 */
export class RedisRestorer {
  readonly #memory: MemoryTier;
  readonly #store: RedisStore;
  readonly #clock: Clock;
  readonly #emit: (event: CacheEvent) => void;
  #isPending = false;
  #isRunning = false;
  #failures = 0;

  constructor(
    redis: RedisConnection,
    memory: MemoryTier,
    store: RedisStore,
    clock: Clock,
    emit: (event: CacheEvent) => void,
  ) {
    this.#memory = memory;
    this.#store = store;
    this.#clock = clock;
    this.#emit = emit;
    redis.onDataLoss(() => {
      this.#failures = 0;
      this.markPending();
      void this.#run();
    });
    redis.subscribe(({ type }) => {
      if (type === 'ready') void this.#run();
    });
  }

  /** Notes that Redis may lack a value of the memory tier; it is restored once Redis is available. */
  markPending(): void {
    this.#isPending = true;
  }

  async #run(): Promise<void> {
    if (this.#isRunning || !this.#isPending || this.#failures >= MAX_FAILURES) return;
    this.#isRunning = true;
    try {
      // A data loss meanwhile also deletes the values restored so far.
      while (this.#isPending) {
        this.#isPending = false;
        await this.#restore(this.#memory.keys());
      }
      this.#failures = 0;
    } catch {
      this.#failures += 1;
      this.markPending();
    } finally {
      this.#isRunning = false;
    }
  }

  /** @throws when Redis does not answer, or answers with an error */
  async #restore(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += BATCH_SIZE) {
      for (const key of await this.#store.missing(keys.slice(at, at + BATCH_SIZE))) {
        const envelope = this.#memory.peek(key);
        const bytes = envelope ? await this.#store.restore(key, envelope, MAX_VALUE_BYTES) : 0;
        if (bytes > 0) this.#emit({ type: 'restored', key });
        if (bytes > 0) await this.#pause(bytes / MAX_BYTES_PER_MS);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#clock.setTimeout(resolve, ms);
    return promise;
  }
}
