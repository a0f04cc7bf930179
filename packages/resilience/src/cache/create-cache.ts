import { systemClock } from '../clock.ts';
import { checkLeaseOptions, createLeases } from '../lease/leases.ts';
import { checkRange } from '../range.ts';
import { LayeredCache } from './layered-cache.ts';
import type { LoadLock } from './load-lock.ts';
import { RedisStore } from './redis-store.ts';
import type { Cache, CacheOptions } from './types.ts';

const DEFAULT_MAX_ENTRIES = 1000;

/**
 * Creates a cache that keeps values in this process and in Redis, and loads a missing value once for all who ask for it.
 * @throws {RangeError} naming the option that is out of range
 */
export function createCache(options: CacheOptions): Cache {
  const { clock = systemClock, memory, prefix, random = Math.random, redis } = options;
  const maxEntries = memory?.maxEntries ?? DEFAULT_MAX_ENTRIES;
  checkRange('maxEntries', maxEntries, { min: 1, whole: true });
  const lock = createLock(options);
  const store = new RedisStore(redis.client, prefix, clock);
  return new LayeredCache({ redis, store, maxEntries, lock, clock, random });
}

/** The leases have the prefix of the cache, so that one script can store a value and release its lease. */
function createLock({ clock = systemClock, lock, prefix, redis }: CacheOptions): LoadLock | undefined {
  if (!lock) return undefined;
  const { decorate = (leases) => leases, owner = prefix, ...options } = lock;
  checkLeaseOptions(options, 'lock.');
  return { leases: decorate(createLeases({ redis, prefix, owner, clock })), options };
}
