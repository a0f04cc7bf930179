import { describe, expect, it } from 'vitest';
import { isRefreshDue } from './early-refresh.ts';
import { encode } from './envelope.ts';

const envelope = encode('Rosa', { ttlMs: 60_000, staleMs: 0 }, 0, 2000);

describe('an early refresh', () => {
  it.each([0.5, 1, 2])('is as likely as the formula says, with beta %d', (beta) => {
    for (const leftMs of [500, 2000, 6000]) {
      const draws = Array.from({ length: 10_000 }, (_, n) => n / 10_000);
      const due = draws.filter((draw) => isRefreshDue(envelope, 60_000 - leftMs, () => draw, beta)).length;
      expect(due / draws.length).toBeCloseTo(Math.exp(-leftMs / (beta * 2000)), 3);
    }
  });

  it('never comes just after writing, and surely at the end', () => {
    expect(isRefreshDue(envelope, 0, () => 0.999_999)).toBe(false);
    expect(isRefreshDue(envelope, 60_000, () => 0)).toBe(true);
  });

  it('is not wanted for what costs nothing to load', () => {
    expect(isRefreshDue(encode('Rosa', { ttlMs: 60_000, staleMs: 0 }, 0, 0), 59_999, () => 0.999)).toBe(false);
  });
});
