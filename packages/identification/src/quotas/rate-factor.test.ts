import { expect, it } from 'vitest';
import { rateFactor, rateUnder } from './rate-factor.ts';

it.each([
  [100, 0, 100],
  [100, 0.7, 100],
  [100, 0.7001, 50],
  [100, 0.9, 50],
  [100, 0.9001, 10],
  [100, 1, 10],
  [100, 1.2, 10],
  [5, 0.8, 2],
  [10, 0.95, 1],
  [5, 0.95, 1],
  [1, 0.8, 1],
])('a rate of %i calls, with %d of the month’s credits used, allows %i', (count, use, through) => {
  expect(rateUnder(rateFactor(use), { count, windowMs: 60_000 })).toEqual({ count: through, windowMs: 60_000 });
});
