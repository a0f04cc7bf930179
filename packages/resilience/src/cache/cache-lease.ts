import type { HeldLease, LeaseOptions, Leases } from '../lease/lease.ts';
import { LeaseReentryError } from '../lease/lease-errors.ts';

/** So that one process loads what all of them miss. The leases must be made with the prefix of the cache. */
export interface CacheLease extends Pick<LeaseOptions, 'leaseMs' | 'renew' | 'maxHoldMs'> {
  readonly leases: Leases;
  /** How long to wait for another process' load; longer than a load may take, or those who wait load too. */
  readonly waitMs: number;
}

export type Permission<T> =
  /** The load may begin; the lease, if there is one, is to be released after it, whatever its end. */
  | { readonly may: 'load'; readonly held: HeldLease | undefined }
  /** Another process has loaded it meanwhile. */
  | { readonly may: 'use'; readonly value: T }
  /** Somebody else has been loading for as long as was to be waited. */
  | { readonly may: 'load_after_timeout' }
  /** Redis is away, or answers with an error: out of memory, say, or a replica by now. */
  | { readonly may: 'load_without_redis'; readonly error: unknown };

/** @param look for what another process may have loaded, before the load and after each wait; never rejects */
export async function askToLoad<T>(
  key: string,
  lease: CacheLease | undefined,
  look: () => Promise<T | undefined>,
): Promise<Permission<T>> {
  if (!lease) return { may: 'load', held: undefined };
  try {
    const acquisition = await lease.leases.acquire(key, lease, look);
    if (acquisition.got === 'done') return { may: 'use', value: acquisition.value };
    if (acquisition.got === 'timeout') return { may: 'load_after_timeout' };
    const { lease: held } = acquisition;
    // Between the first look and the lease somebody may have filled it.
    const value = await look();
    if (value === undefined) return { may: 'load', held };
    void held.release();
    return { may: 'use', value };
  } catch (error) {
    if (error instanceof LeaseReentryError) throw error;
    return { may: 'load_without_redis', error };
  }
}
