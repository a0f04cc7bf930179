import { expect, it } from 'vitest';
import { limitsOverview } from './limits.ts';

const rate = { count: 100, windowMs: 3_600_000 };
const rates = { anonymous: { ...rate, count: 5 }, free: rate, pro: rate, premium: rate, enterprise: rate };
const refusals = {
  periods: [0, 300_000],
  counts: { anonymous: [2, 1], free: [0, 0], pro: [0, 0], premium: [0, 0], enterprise: [0, 0] },
};

it.each([
  ['the configured ones with Redis and credits', { quotaUse: 0, shared: true }, [5, 100]],
  ['half of them while credits run out', { quotaUse: 0.8, shared: true }, [2, 50]],
  ['a tenth of them, and at least one call, without Redis', { quotaUse: 0, shared: false }, [1, 10]],
  ['a tenth of the half without both', { quotaUse: 0.8, shared: false }, [1, 5]],
])('limits in force are %s', (_name, state, counts) => {
  const { rows } = limitsOverview({ rates, refusals, ...state });
  expect(rows.slice(0, 2).map(({ inForce }) => inForce.count)).toEqual(counts);
});

it('limits have the refused calls of each tier over time, and their sum', () => {
  const { periods, rows } = limitsOverview({ rates, refusals, quotaUse: 0, shared: true });
  expect(periods).toEqual([0, 300_000]);
  expect(rows[0]).toMatchObject({ tier: 'anonymous', refused: 3, refusedByPeriod: [2, 1] });
});
