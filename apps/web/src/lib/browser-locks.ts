/** The part of the browser's LockManager that is used here. */
export interface Locks {
  request: (name: string, options: LockOptions, granted: (lock: Lock | null) => unknown) => Promise<unknown>;
}

/** Returns the locks that all tabs of a site share; null where there are none, as on plain http beyond localhost. */
export const browserLocks = (): Locks | null => ('locks' in navigator ? navigator.locks : null);

/**
 * Takes a lock and holds it until `signal` aborts. The browser itself releases the locks of a page that ends or crashes.
 * With `ifAvailable` it does not wait for a lock that is taken.
 *
 * @returns whether the lock is held
 */
export function holdLock(
  locks: Locks,
  name: string,
  { ifAvailable = false, signal }: { ifAvailable?: boolean; signal: AbortSignal },
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const granted = (lock: Lock | null) => {
      const isHeld = lock !== null && !signal.aborted;
      resolve(isHeld);
      if (!isHeld) return undefined;
      return new Promise<void>((release) => {
        signal.addEventListener('abort', () => release(), { once: true });
      });
    };
    // A browser accepts one of the two options.
    locks.request(name, ifAvailable ? { ifAvailable } : { signal }, granted).catch((error: unknown) => {
      if (signal.aborted) resolve(false);
      else reject(error);
    });
  });
}
