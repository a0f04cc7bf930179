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
    ['the provider’s when ours is unset', undefined, 500, 500],
    ['undefined when neither is set', undefined, undefined, undefined],
    ['ours when the provider has none', 100, undefined, 100],
    ['ours when it is lower', 100, 500, 100],
    ['the provider’s when it is lower', 500, 100, 100],
    ['undefined when ours is 0', 0, 500, undefined],
  ])('is %s', (_, own, reported, limit) => expect(effectiveLimit(own, reported)).toBe(limit));
});

describe('a counter', () => {
  it.each([
    [3, 10, 7, 0.3],
    [12, 10, 0, 1],
    [0, 0, 0, 1],
    [5, undefined, Number.POSITIVE_INFINITY, 0],
  ])('with %i of %s credits used has %d remaining and a share of %d', (used, limit, left, share) => {
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
