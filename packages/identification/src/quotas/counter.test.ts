import { describe, expect, it } from 'vitest';
import { type Counter, effectiveLimit, exhausted, latestReset, remaining, usedShare } from './counter.ts';
import { periodsOf } from './periods.ts';

const NOON = Date.UTC(2026, 10, 22, 12);

function counter(used: number, limit: number | undefined, window = 'day'): Counter {
  const period = periodsOf(NOON).find((one) => one.window === window);
  if (period === undefined) throw new Error('no such window');
  return { period, used, limit };
}

describe('the limit that holds', () => {
  it.each([
    ['the provider’s where we set none', undefined, 500, 500],
    ['none where neither has one', undefined, undefined, undefined],
    ['ours', 100, undefined, 100],
    ['ours where it is the smaller', 100, 500, 100],
    ['never more than the provider’s', 500, 100, 100],
    ['none where we say so', 0, 500, undefined],
  ])('is %s', (_, own, said, limit) => expect(effectiveLimit(own, said)).toBe(limit));
});

describe('what is left and what is used', () => {
  it.each([
    [3, 10, 7, 0.3],
    [12, 10, 0, 1],
    [0, 0, 0, 1],
    [5, undefined, Number.POSITIVE_INFINITY, 0],
  ])('%i of %s', (used, limit, left, share) => {
    expect([remaining(counter(used, limit)), usedShare(counter(used, limit))]).toEqual([left, share]);
  });

  it('is too little for a call that costs more', () => {
    const counters = [counter(9, 10), counter(4, undefined, 'month')];
    expect([exhausted(counters, 1), exhausted(counters, 2)]).toEqual([[], [counters[0]]]);
  });

  it('is there again when the last of those that are used up begins anew', () => {
    const [day, month, total] = [counter(10, 10), counter(10, 10, 'month'), counter(10, 10, 'total')];
    expect([latestReset([]), latestReset([day]), latestReset([day, month]), latestReset([month, total])]).toEqual([
      undefined,
      Date.UTC(2026, 10, 23),
      Date.UTC(2026, 11, 1),
      Number.POSITIVE_INFINITY,
    ]);
  });
});
