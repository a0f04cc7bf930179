import { assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allFree, nextFree, usedAt } from './next-free.ts';

const HOUR = 3_600_000;
/** A full hour. */
const NOON = Date.UTC(2026, 2, 1, 12);

describe('the next allowed call of a sliding window', () => {
  it('is allowed when enough of the previous window is over', () => {
    const counts = { current: 60, previous: 80 };
    // 40 of the 80 are one too many, until half an hour is over.
    const free = nextFree(NOON + 60_000, counts, { count: 100, windowMs: HOUR });
    expect(free).toBe(NOON + HOUR / 2 + 1);
  });

  it('is allowed in the next window when the current one alone is full', () => {
    expect(nextFree(NOON, { current: 10, previous: 0 }, { count: 10, windowMs: HOUR })).toBe(NOON + HOUR + 1);
  });

  it('is allowed late in the next window when the rate has shrunk', () => {
    const free = nextFree(NOON + 1_000, { current: 100, previous: 0 }, { count: 50, windowMs: HOUR });
    expect(free).toBe(NOON + HOUR + HOUR / 2 + 1);
  });

  it('is allowed now if calls remain', () => {
    expect(nextFree(NOON + 5, { current: 9, previous: 0 }, { count: 10, windowMs: HOUR })).toBe(NOON + 5);
  });

  it('has the full rate when no counted call counts any more', () => {
    expect(allFree(NOON + 5, { current: 0, previous: 0 }, HOUR)).toBe(NOON + 5);
    // One call weighs less than one as soon as its window is over; two calls half a window later.
    expect(allFree(NOON + 5, { current: 1, previous: 0 }, HOUR)).toBe(NOON + HOUR + 1);
    expect(allFree(NOON + 5, { current: 0, previous: 2 }, HOUR)).toBe(NOON + HOUR / 2 + 1);
    expect(allFree(NOON + 5, { current: 2, previous: 80 }, HOUR)).toBe(NOON + HOUR + HOUR / 2 + 1);
  });

  it('is the first that the script allows, for all counts', () => {
    assert(
      property(
        integer({ min: 1, max: 200 }),
        integer({ min: 0, max: 400 }),
        integer({ min: 0, max: 400 }),
        constantFrom(1_000, 60_000, 900_000, HOUR),
        integer({ min: 0, max: HOUR - 1 }),
        (count, current, previous, windowMs, offset) => {
          const start = Math.floor(NOON / windowMs) * windowMs;
          const now = start + (offset % windowMs);
          const used = (at: number) => {
            if (at < start + windowMs) return usedAt(at, { current, previous }, windowMs);
            return at < start + 2 * windowMs ? usedAt(at, { current: 0, previous: current }, windowMs) : 0;
          };
          const free = nextFree(now, { current, previous }, { count, windowMs });
          expect(free).toBeGreaterThanOrEqual(now);
          expect(used(free)).toBeLessThan(count);
          expect(free === now || used(free - 1) >= count).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
