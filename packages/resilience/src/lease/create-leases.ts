import type { Leases } from './lease.ts';
import { type LeasesOptions, RedisLeases } from './redis-leases.ts';

export type { LeasesOptions };

/** Lets one process at a time do what should be done once: cheaper than doing it twice, but no proof against it. */
export function createLeases(options: LeasesOptions): Leases {
  return new RedisLeases(options);
}
