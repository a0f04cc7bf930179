import type { Cancel, Clock } from '../clock.ts';
import { RedisUnavailableError } from '../redis/errors.ts';
import type { RedisConnection } from '../redis/types.ts';
import type { Envelope } from './envelope.ts';
import type { RedisStore } from './redis-store.ts';
import type { MemoryTier } from './tiered-store.ts';
import type { CacheEvent } from './types.ts';

/** Maximum rate of restoring, in bytes per millisecond (2 Mbit/s). */
const MAX_BYTES_PER_MS = 250;
/** Maximum bytes of a value that is restored; larger ones are loaded again. */
const MAX_VALUE_BYTES = 65_536;
/** Number of keys that are checked at once. */
const BATCH_SIZE = 50;
/** Pause after a failed run; doubled with each further failure, up to the maximum. */
const RETRY_FIRST_MS = 1000;
const RETRY_MAX_MS = 60_000;

/**
 * Writes the memory tier back to a Redis that lost its data or missed writes while it was unavailable, so that other
 * processes, and this one after a restart, need not load the values again. A key that exists keeps its value unless
 * ours is newer. A run in which Redis does not answer, or
 * refuses a key, is repeated until one succeeds.
 */
export class RedisRestorer {
  readonly #redis: RedisConnection;
  readonly #memory: MemoryTier;
  readonly #store: RedisStore;
  readonly #clock: Clock;
  readonly #emit: (event: CacheEvent) => void;
  #isPending = false;
  #isRunning = false;
  #failures = 0;
  /** Cancels the pause after a failed run; undefined while there is none. */
  #cancelPause: Cancel | undefined;

  constructor(
    redis: RedisConnection,
    memory: MemoryTier,
    store: RedisStore,
    clock: Clock,
    emit: (event: CacheEvent) => void,
  ) {
    this.#redis = redis;
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
      // Otherwise a Redis that each run overloads would have no rest.
      if (type === 'ready' && !this.#cancelPause) void this.#run();
    });
  }

  /** Notes that Redis may lack a value of the memory tier; it is restored once Redis is available. */
  markPending(): void {
    this.#isPending = true;
  }

  async #run(): Promise<void> {
    if (this.#isRunning || !this.#isPending || !this.#redis.isReady()) return;
    this.#isRunning = true;
    this.#cancelPause?.();
    this.#cancelPause = undefined;
    let isComplete = true;
    try {
      // A data loss meanwhile also deletes the values restored so far.
      while (this.#isPending) {
        this.#isPending = false;
        isComplete = await this.#restore(this.#memory.keys());
      }
    } catch {
      isComplete = false;
    } finally {
      this.#isRunning = false;
    }
    if (isComplete) {
      this.#failures = 0;
      return;
    }
    this.markPending();
    this.#retryLater();
  }

  #retryLater(): void {
    const pauseMs = Math.min(RETRY_FIRST_MS * 2 ** this.#failures, RETRY_MAX_MS);
    this.#failures += 1;
    this.#cancelPause = this.#clock.setTimeout(() => {
      this.#cancelPause = undefined;
      void this.#run();
    }, pauseMs);
  }

  /**
   * Returns whether Redis refused none of the keys. A refused one does not delay those after it.
   * @throws {RedisUnavailableError} when Redis does not answer
   */
  async #restore(keys: readonly string[]): Promise<boolean> {
    let isComplete = true;
    const skip = (error: unknown) => {
      if (error instanceof RedisUnavailableError) throw error;
      isComplete = false;
    };
    for (let at = 0; at < keys.length; at += BATCH_SIZE) {
      const envelopes = this.#envelopes(keys.slice(at, at + BATCH_SIZE));
      for (const key of (await this.#store.outdated(envelopes).catch(skip)) ?? []) {
        await this.#restoreKey(key).catch(skip);
      }
    }
    return isComplete;
  }

  async #restoreKey(key: string): Promise<void> {
    const envelope = this.#memory.peek(key);
    const bytes = envelope ? await this.#store.restore(key, envelope, MAX_VALUE_BYTES) : 0;
    if (bytes === 0) return;
    this.#emit({ type: 'restored', key });
    await this.#pause(bytes / MAX_BYTES_PER_MS);
  }

  /** Returns the envelopes of the keys that are still in the memory tier. */
  #envelopes(keys: readonly string[]): Map<string, Envelope> {
    const envelopes = new Map<string, Envelope>();
    for (const key of keys) {
      const envelope = this.#memory.peek(key);
      if (envelope) envelopes.set(key, envelope);
    }
    return envelopes;
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#clock.setTimeout(resolve, ms);
    return promise;
  }
}
