import type { Clock } from '../clock.ts';
import type { RedisConnection } from '../redis/types.ts';
import { checkCacheOptions } from './check-cache-options.ts';
import { LayeredCache } from './layered-cache.ts';
import type { CacheLease } from './load-permit.ts';
import { RedisStore } from './redis-store.ts';
import type { Cache } from './types.ts';

export interface CacheOptions {
  readonly redis: RedisConnection;
  /** First part of every key in Redis. */
  readonly prefix: string;
  /** `maxEntries`: kept in this process; whole, 1 or more. */
  readonly memory: { readonly maxEntries: number };
  /** Without it each process loads for itself. */
  readonly lease?: CacheLease;
  readonly clock: Clock;
  /** 0 up to 1, for early refreshes. */
  readonly random?: () => number;
}

/**
 * Keeps values in this process and in Redis, and loads what is missing once for all who ask for it.
 * @throws {RangeError} naming the option that cannot be
 */
export function createCache(options: CacheOptions): Cache {
  checkCacheOptions(options);
  const { redis, prefix, memory, lease, clock, random = Math.random } = options;
  const store = new RedisStore(redis.client, prefix, clock);
  return new LayeredCache({ redis, store, maxEntries: memory.maxEntries, lease, clock, random });
}
