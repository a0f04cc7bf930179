import { type LeasesOptions, RedisLeases } from './leases.ts';
import type { Leases } from './types.ts';

export type { LeasesOptions };

/** Lets one process at a time do what should be done once: cheaper than doing it twice, but no proof against it. */
export function createLeases(options: LeasesOptions): Leases {
  return new RedisLeases(options);
}
