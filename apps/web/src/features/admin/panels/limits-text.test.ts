import { expect, it } from 'vitest';
import { plain } from '../testing/overview-of.ts';
import { limitsNote, rateFigure, refusedText } from './limits-text.ts';

it.each([
  [{ count: 1_000, window_ms: 3_600_000 }, '1,000/h'],
  [{ count: 5, window_ms: 86_400_000 }, '5/d'],
  [{ count: 5, window_ms: 900_000 }, '5/15 min'],
])('rateFigure of %j', (rate, text) => {
  expect(plain(rateFigure(rate))).toBe(text);
});

it.each([
  [1, true, 'As configured.'],
  [0.5, true, 'Half of the usual, since a provider’s quota runs low.'],
  [0.1, true, 'A tenth of the usual, since a provider’s quota runs low.'],
  [0.25, true, '25 % of the usual, since a provider’s quota runs low.'],
  [1, false, 'A tenth of the usual at each instance, since Redis is down.'],
  [0.5, false, 'A tenth of half of the usual at each instance, since Redis is down and a provider’s quota runs low.'],
])('limitsNote of a factor of %d', (factor, shared, text) => {
  expect(plain(limitsNote({ factor, rows: [], periods: [] }, shared))).toBe(text);
});

it('refusedText tells the sum of an hour and its worst period', () => {
  expect(plain(refusedText('free', [0, 1_200, 30]))).toBe('Free: 1,230 refused in 60 min, 1,200 at most in 5 min');
});
