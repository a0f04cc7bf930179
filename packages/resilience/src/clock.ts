/** Ends a timer; a no-op once it has fired. */
export type Cancel = () => void;

/** All time in this package: tests put in one that stands still until told. */
export interface Clock {
  /** Milliseconds since 1970: for people and for what other machines read, never for measuring. */
  now(): number;
  /** Milliseconds since some fixed moment, never stepping back. */
  monotonic(): number;
  /** Calls `fn` once after `ms`; never keeps the process alive. */
  setTimeout(fn: () => void, ms: number): Cancel;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(fn, ms) {
    const timer = setTimeout(fn, ms).unref();
    return () => clearTimeout(timer);
  },
};
