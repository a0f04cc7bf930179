import { checkRange, LONGEST_MS } from '../range.ts';
import type { LeaseOptions } from './types.ts';

/** Shorter, and a late renewal loses it. */
const MIN_TTL_MS = 100;

/** @throws {RangeError} naming the option that cannot be */
export function checkLeaseOptions({ ttlMs, waitMs, maxHoldMs }: Omit<LeaseOptions, 'signal'>): void {
  checkRange('ttlMs', ttlMs, { min: MIN_TTL_MS, max: LONGEST_MS, whole: true });
  checkRange('waitMs', waitMs, { min: 0, max: LONGEST_MS });
  if (maxHoldMs !== undefined) checkRange('maxHoldMs', maxHoldMs, { min: 1, max: LONGEST_MS });
}
