import { checkLeaseOptions } from '../lease/leases.ts';
import { checkRange } from '../range.ts';
import type { CacheOptions } from './create-cache.ts';
import type { Lifetime, LoadOptions } from './types.ts';

/** Types that JSON cannot represent. */
const NOT_JSON: ReadonlySet<string> = new Set(['undefined', 'function', 'symbol', 'bigint']);

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

/** @throws {RangeError} naming the option that cannot be */
export function checkLoadOptions({ staleRetryMs }: Pick<LoadOptions<never>, 'staleRetryMs'>): void {
  if (staleRetryMs !== undefined) checkRange('staleRetryMs', staleRetryMs, { min: 0 });
}

/** Checks that JSON can represent a loaded value. @throws {TypeError} if it would be lost or changed */
export function checkValue(key: string, value: unknown): void {
  const isLost = NOT_JSON.has(typeof value) || (typeof value === 'number' && !Number.isFinite(value));
  if (isLost)
    throw new TypeError(
      `the load of ${key} returned ${String(value)}, which JSON cannot represent: return null for no value`,
    );
}
