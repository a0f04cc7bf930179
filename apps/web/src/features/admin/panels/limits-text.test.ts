import { expect, it } from 'vitest';
import { plain } from '../testing/overview-of.ts';
import { limitsNote, rateFigure } from './limits-text.ts';

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
])('limitsNote of a factor of %d', (factor, shared, text) => {
  expect(plain(limitsNote({ factor, rows: [] }, shared))).toBe(text);
});
