import type { Rate } from './rate-limiter.ts';

/** Calls counted in the window of the clock that is running, and in the one before. */
export interface Counts {
  current: number;
  previous: number;
}

/** Windows follow each other from 1970 on. */
export function windowEnd(at: number, windowMs: number): number {
  return (Math.floor(at / windowMs) + 1) * windowMs;
}

/**
 * Calls that count at a moment, by the arithmetic of @upstash/ratelimit's script, to the last bit: of the window before,
 * the share that lies within one window's length, rounded down.
 */
export function usedAt(at: number, { current, previous }: Counts, windowMs: number): number {
  return current + Math.floor((1 - (at % windowMs) / windowMs) * previous);
}

/** The first moment from `now` on at which a call is let through, unless somebody calls before. Epoch milliseconds. */
export function nextFree(now: number, counts: Counts, rate: Rate): number {
  const end = windowEnd(now, rate.windowMs);
  return (
    firstFree(now, end, counts, rate) ??
    firstFree(end, end + rate.windowMs, { current: 0, previous: counts.current }, rate) ??
    end + rate.windowMs
  );
}

/** The first moment from `now` on at which nothing counts, unless somebody calls before. Epoch milliseconds. */
export function allFree(now: number, counts: Counts, windowMs: number): number {
  return nextFree(now, counts, { count: 1, windowMs });
}

/** Within one window what counts only ever falls, so that the moment can be looked for by halves. */
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
