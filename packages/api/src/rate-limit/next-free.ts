import type { Rate } from './rate-limiter.ts';

/** Calls counted in the current fixed window and in the previous one. */
export interface Counts {
  current: number;
  previous: number;
}

/** Returns the end of the fixed window at a moment; windows are aligned to 1970. */
export function windowEnd(at: number, windowMs: number): number {
  return (Math.floor(at / windowMs) + 1) * windowMs;
}

/**
 * Returns the calls that count at a moment, exactly as @upstash/ratelimit's script computes them: of the previous
 * window, the share that lies within one window's length, rounded down.
 */
export function usedAt(at: number, { current, previous }: Counts, windowMs: number): number {
  return current + Math.floor((1 - (at % windowMs) / windowMs) * previous);
}

/** Returns when the next call is allowed, if no other call is made before. Epoch milliseconds. */
export function nextFree(now: number, counts: Counts, rate: Rate): number {
  const end = windowEnd(now, rate.windowMs);
  return (
    firstFree(now, end, counts, rate) ??
    firstFree(end, end + rate.windowMs, { current: 0, previous: counts.current }, rate) ??
    end + rate.windowMs
  );
}

/** Returns when no call counts any more, if no other call is made before. Epoch milliseconds. */
export function allFree(now: number, counts: Counts, windowMs: number): number {
  return nextFree(now, counts, { count: 1, windowMs });
}

/** Searches the moment by bisection: within one window the counted calls only decrease. */
function firstFree(from: number, end: number, counts: Counts, { count, windowMs }: Rate): number | undefined {
  const isFree = (at: number) => usedAt(at, counts, windowMs) < count;
  if (isFree(from)) return from;
  if (!isFree(end - 1)) return undefined;
  let refused = from;
  let free = end - 1;
  while (free - refused > 1) {
    const middle = Math.floor((refused + free) / 2);
    if (isFree(middle)) free = middle;
    else refused = middle;
  }
  return free;
}
