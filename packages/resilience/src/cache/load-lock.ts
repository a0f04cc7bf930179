import { LeaseReentryError } from '../lease/errors.ts';
import type { LeaseHandle, LeaseOptions, Leases } from '../lease/types.ts';

/** The leases under which one process loads what several miss. */
export interface LoadLock {
  readonly leases: Leases;
  readonly options: LeaseOptions;
}

export type LoadLockResult<T> =
  /** The load may begin. The lease, if there is one, has to be released after it, however the load ends. */
  | { readonly type: 'load'; readonly lease: LeaseHandle | undefined }
  /** Another process has loaded the value meanwhile. */
  | { readonly type: 'cached'; readonly value: T }
  /** Another process was still loading at the end of the wait. */
  | { readonly type: 'timed_out' }
  /** Redis does not answer, or answers with an error, such as being out of memory or a replica. */
  | { readonly type: 'redis_unavailable'; readonly error: unknown };

/** @param findValue looks for the value of another process, after each wait and before the load; never rejects */
export async function acquireLoadLock<T>(
  key: string,
  lock: LoadLock | undefined,
  findValue: () => Promise<T | undefined>,
): Promise<LoadLockResult<T>> {
  if (!lock) return { type: 'load', lease: undefined };
  try {
    const acquisition = await lock.leases.acquire(key, lock.options, findValue);
    if (acquisition.type === 'done') return { type: 'cached', value: acquisition.value };
    if (acquisition.type === 'timed_out') return { type: 'timed_out' };
    const { lease } = acquisition;
    // Between the first look and the lease, another process may have stored the value.
    const value = await findValue();
    if (value === undefined) return { type: 'load', lease };
    void lease.release();
    return { type: 'cached', value };
  } catch (error) {
    if (error instanceof LeaseReentryError) throw error;
    return { type: 'redis_unavailable', error };
  }
}
