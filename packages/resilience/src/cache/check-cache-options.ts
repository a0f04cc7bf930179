import { checkRange } from '../in-range.ts';
import { checkLeaseOptions } from '../lease/check-lease-options.ts';
import type { Lifetime } from './cache.ts';
import type { CacheOptions } from './create-cache.ts';

/** @throws {RangeError} naming the option that cannot be */
export function checkCacheOptions({ memory, lease }: CacheOptions): void {
  checkRange('maxEntries', memory.maxEntries, { min: 1, whole: true });
  if (lease) checkLeaseOptions(lease);
}

/** @throws {RangeError} naming the time that cannot be */
export function checkLifetime({ ttlMs, staleMs }: Lifetime): void {
  checkRange('ttlMs', ttlMs, { min: 1 });
  checkRange('staleMs', staleMs, { min: 0 });
}
