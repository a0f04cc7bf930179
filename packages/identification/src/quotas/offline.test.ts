import { describe, expect, it } from 'vitest';
import { canSpendOffline, OfflineAllowance } from './offline.ts';
import { periodsOf } from './periods.ts';

const NOON = Date.UTC(2026, 10, 22, 12);

describe('the offline allowance', () => {
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
  ])('of %i remaining credits, in calls of %i credits, is %i calls', (left, credits, calls) => {
    let made = 0;
    while (canSpendOffline(left, made * credits, credits)) made += 1;
    expect(made).toBe(calls);
  });

  it('is unlimited without a limit', () => {
    expect(canSpendOffline(Number.POSITIVE_INFINITY, 10_000, 2)).toBe(true);
  });

  it('holds for each period, and counts released credits again', () => {
    const counters = (now: number) =>
      periodsOf(now)
        .map((period) => ({ period, used: 0, limit: 50 }))
        .slice(0, 2);
    const allowance = new OfflineAllowance();
    const isSpent = (now: number) => allowance.exhausted(counters(now), 1).length > 0;
    expect(isSpent(NOON)).toBe(false);
    allowance.add(NOON, 1);
    expect({ today: isSpent(NOON), tomorrow: isSpent(NOON + 12 * 3_600_000) }).toEqual({
      today: true,
      tomorrow: false,
    });
    allowance.add(NOON, -1);
    expect(isSpent(NOON)).toBe(false);
  });
});
