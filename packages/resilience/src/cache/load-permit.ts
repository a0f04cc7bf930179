import { LeaseReentryError } from '../lease/errors.ts';
import type { LeaseHandle, LeaseOptions, Leases } from '../lease/types.ts';

/** So that one process loads what all of them miss. The leases must be made with the prefix of the cache. */
export interface CacheLease extends Pick<LeaseOptions, 'ttlMs' | 'renew' | 'maxHoldMs'> {
  readonly leases: Leases;
  /** How long to wait for another process' load; longer than a load may take, or those who wait load too. */
  readonly waitMs: number;
}

export type LoadPermit<T> =
  /** The load may begin; the lease, if there is one, is to be released after it, whatever its end. */
  | { readonly type: 'load'; readonly held: LeaseHandle | undefined }
  /** Another process has loaded it meanwhile. */
  | { readonly type: 'cached'; readonly value: T }
  /** Somebody else has been loading for as long as was to be waited. */
  | { readonly type: 'timed_out' }
  /** Redis is away, or answers with an error: out of memory, say, or a replica by now. */
  | { readonly type: 'redis_unavailable'; readonly error: unknown };

/** @param look for what another process may have loaded, before the load and after each wait; never rejects */
export async function acquireLoadPermit<T>(
  key: string,
  lease: CacheLease | undefined,
  look: () => Promise<T | undefined>,
): Promise<LoadPermit<T>> {
  if (!lease) return { type: 'load', held: undefined };
  try {
    const acquisition = await lease.leases.acquire(key, lease, look);
    if (acquisition.type === 'done') return { type: 'cached', value: acquisition.value };
    if (acquisition.type === 'timed_out') return { type: 'timed_out' };
    const { lease: held } = acquisition;
    // Between the first look and the lease somebody may have filled it.
    const value = await look();
    if (value === undefined) return { type: 'load', held };
    void held.release();
    return { type: 'cached', value };
  } catch (error) {
    if (error instanceof LeaseReentryError) throw error;
    return { type: 'redis_unavailable', error };
  }
}
