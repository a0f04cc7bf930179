import { checkRange, LONGEST_MS } from '../range.ts';
import type { LeaseOptions } from './lease.ts';

/** Shorter, and a late renewal loses it. */
const LEASE_MIN_MS = 100;

/** @throws {RangeError} naming the option that cannot be */
export function checkLeaseOptions({ leaseMs, waitMs, maxHoldMs }: Omit<LeaseOptions, 'signal'>): void {
  checkRange('leaseMs', leaseMs, { min: LEASE_MIN_MS, max: LONGEST_MS, whole: true });
  checkRange('waitMs', waitMs, { min: 0, max: LONGEST_MS });
  if (maxHoldMs !== undefined) checkRange('maxHoldMs', maxHoldMs, { min: 1, max: LONGEST_MS });
}
