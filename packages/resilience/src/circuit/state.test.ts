import { describe, expect, it } from 'vitest';
import { drawJitter, resetTimeout } from './state.ts';

const times = { resetTimeoutMs: 60_000, maxResetTimeoutMs: 300_000 };

describe('the reset time', () => {
  it('doubles up to the maximum', () => {
    expect([1, 2, 3, 4, 5, 60, 2000].map((attempt) => resetTimeout(attempt, times, () => 0))).toEqual([
      60_000, 120_000, 240_000, 300_000, 300_000, 300_000, 300_000,
    ]);
  });

  it('has a jitter of up to 10 % once doubled, and never exceeds the maximum', () => {
    expect([1, 2, 3, 4].map((attempt) => resetTimeout(attempt, times, () => 1))).toEqual([
      60_000, 132_000, 264_000, 300_000,
    ]);
  });
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 2])(
  'a random number of %d is replaced by one from 0 to 1',
  (random) => {
    const drawn = drawJitter({ random: () => random });
    expect(drawn >= 0 && drawn <= 1).toBe(true);
  },
);
