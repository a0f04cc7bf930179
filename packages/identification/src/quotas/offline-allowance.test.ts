import { describe, expect, it } from 'vitest';
import { canSpendOffline, OfflineAllowance } from './offline-allowance.ts';
import { periodsOf } from './periods.ts';

const NOON = Date.UTC(2026, 10, 22, 12);

describe('without Redis a process may spend', () => {
  it.each([
    [500, 1, 10],
    [500, 2, 5],
    [149, 1, 2],
    [50, 1, 1],
    [10, 1, 1],
    [10, 2, 1],
    [1, 1, 1],
    [1, 2, 0],
    [0, 1, 0],
  ])('of %i that were left, in calls of %i: %i calls', (left, credits, calls) => {
    let made = 0;
    while (canSpendOffline(left, made * credits, credits)) made += 1;
    expect(made).toBe(calls);
  });

  it('what it likes where there is no limit', () => {
    expect(canSpendOffline(Number.POSITIVE_INFINITY, 10_000, 2)).toBe(true);
  });

  it('that much in each period, the next one anew, and what it gets back again', () => {
    const counters = (now: number) =>
      periodsOf(now)
        .map((period) => ({ period, used: 0, limit: 50 }))
        .slice(0, 2);
    const alone = new OfflineAllowance();
    const isSpent = (now: number) => alone.exhausted(counters(now), 1).length > 0;
    expect(isSpent(NOON)).toBe(false);
    alone.add(NOON, 1);
    expect([isSpent(NOON), isSpent(NOON + 12 * 3_600_000)]).toEqual([true, false]);
    alone.add(NOON, -1);
    expect(isSpent(NOON)).toBe(false);
  });
});
