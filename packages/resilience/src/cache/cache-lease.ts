import type { LeaseOptions, Leases } from '../lease/lease.ts';
import { RedisUnavailableError } from '../redis/redis-unavailable.ts';

/** So that one process loads what all of them miss. The leases must be made with the prefix of the cache. */
export interface CacheLease extends Pick<LeaseOptions, 'leaseMs' | 'renew' | 'maxHoldMs'> {
  readonly leases: Leases;
  /** How long to wait for another process' load; longer than a load may take, or those who wait load too. */
  readonly waitMs: number;
}

/** The load may begin; `release` is called after it, whatever its end. */
export interface LoadPermission {
  readonly may: 'load';
  /** Of the lease, if there is one. */
  readonly fence?: number;
  readonly release: () => Promise<unknown>;
}

export type Permission<T> =
  | LoadPermission
  /** Another process has loaded it meanwhile. */
  | { readonly may: 'use'; readonly value: T }
  /** Somebody else has been loading for as long as was to be waited. */
  | { readonly may: 'load_after_timeout' }
  | { readonly may: 'load_without_redis'; readonly error: unknown };

const none: LoadPermission = { may: 'load', release: () => Promise.resolve() };

/** @param look for what another process may have loaded, before the load and after each wait */
export async function askToLoad<T>(
  key: string,
  lease: CacheLease | undefined,
  look: () => Promise<T | undefined>,
): Promise<Permission<T>> {
  if (!lease) return none;
  try {
    const acquisition = await lease.leases.acquire(key, lease, look);
    if (acquisition.got === 'done') return { may: 'use', value: acquisition.value };
    if (acquisition.got === 'timeout') return { may: 'load_after_timeout' };
    const { lease: held } = acquisition;
    // Between the first look and the lease somebody may have filled it.
    const value = await look();
    if (value === undefined) return { may: 'load', fence: held.fence, release: () => held.release() };
    await held.release();
    return { may: 'use', value };
  } catch (error) {
    if (!(error instanceof RedisUnavailableError)) throw error;
    return { may: 'load_without_redis', error };
  }
}
