/** Cancels a timer; does nothing once it has fired. */
export type Cancel = () => void;

/** The source of time of this package. Tests pass a clock that they move themselves. */
export interface Clock {
  /** Milliseconds since 1970: for people and other machines. Measures only the age of values that processes share. */
  now(): number;
  /** Milliseconds since a fixed moment; never steps back. */
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
