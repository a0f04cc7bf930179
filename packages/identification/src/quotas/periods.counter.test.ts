import { describe, expect, it } from 'vitest';
import { effectiveLimit, exhausted, latestReset, periodsOf, remaining, usedShare } from './periods.ts';
import type { Counter } from './types.ts';

const NOON = Date.UTC(2026, 10, 22, 12);

function counter(used: number, limit: number | undefined, window = 'day'): Counter {
  const period = periodsOf(NOON).find((one) => one.window === window);
  if (period === undefined) throw new Error('no such window');
  return { period, used, limit };
}

describe('the effective limit', () => {
  it.each([
    { name: 'the provider’s when ours is unset', own: undefined, reported: 500, limit: 500 },
    { name: 'undefined when neither is set', own: undefined, reported: undefined, limit: undefined },
    { name: 'ours when the provider has none', own: 100, reported: undefined, limit: 100 },
    { name: 'ours when it is lower', own: 100, reported: 500, limit: 100 },
    { name: 'the provider’s when it is lower', own: 500, reported: 100, limit: 100 },
    { name: 'undefined when ours is 0', own: 0, reported: 500, limit: undefined },
  ])('is $name', ({ own, reported, limit }) => expect(effectiveLimit(own, reported)).toBe(limit));
});

describe('a counter', () => {
  it.each([
    { used: 3, limit: 10, left: 7, share: 0.3 },
    { used: 12, limit: 10, left: 0, share: 1 },
    { used: 0, limit: 0, left: 0, share: 1 },
    { used: 5, limit: undefined, left: Number.POSITIVE_INFINITY, share: 0 },
  ])('with $used of $limit credits used has $left remaining and a share of $share', ({ used, limit, left, share }) => {
    const one = counter(used, limit);
    expect({ remaining: remaining(one), share: usedShare(one) }).toEqual({ remaining: left, share });
  });

  it('is exhausted for a call that costs more than remains', () => {
    const counters = [counter(9, 10), counter(4, undefined, 'month')];
    expect(exhausted(counters, 1)).toEqual([]);
    expect(exhausted(counters, 2)).toEqual([counters[0]]);
  });

  it('resets at the end of its period, several at the end of the last one', () => {
    const [day, month, total] = [counter(10, 10), counter(10, 10, 'month'), counter(10, 10, 'total')];
    expect(latestReset([])).toBeUndefined();
    expect(latestReset([day])).toBe(Date.UTC(2026, 10, 23));
    expect(latestReset([day, month])).toBe(Date.UTC(2026, 11, 1));
    expect(latestReset([month, total])).toBe(Number.POSITIVE_INFINITY);
  });
});
