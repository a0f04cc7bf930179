import type { QuotaCounter } from '@plantcommunity/identification';
import { describe, expect, it } from 'vitest';
import { projectedExhaustion } from './exhaustion.ts';

type Window = QuotaCounter['period']['window'];

const ENDS: Readonly<Record<Window, string>> = {
  hour: '2026-11-27T13:00:00Z',
  day: '2026-11-28T00:00:00Z',
  week: '2026-11-30T00:00:00Z',
  month: '2026-12-01T00:00:00Z',
  total: '',
};

function exhaustion(given: {
  window: Window;
  used: number;
  limit?: number | undefined;
  now: string;
  daily?: number[];
}) {
  const { daily = [], limit = 100, now, used, window } = given;
  const endsAt = window === 'total' ? Number.POSITIVE_INFINITY : Date.parse(ENDS[window]);
  const days = daily.map((count, index) => ({ day: `day ${index}`, count }));
  const counter = { period: { window, id: window, endsAt }, used, limit: 'limit' in given ? given.limit : limit };
  const at = projectedExhaustion(counter, { days, now: Date.parse(now) });
  return at === undefined ? undefined : new Date(at).toISOString();
}

describe('the projected exhaustion of a quota', () => {
  it.each([
    ['follows the pace of the hour', { window: 'hour', used: 80, now: '2026-11-27T12:30:00Z' }, '2026-11-27T12:37:30'],
    ['follows the pace of the day', { window: 'day', used: 75, now: '2026-11-27T12:00:00Z' }, '2026-11-27T16:00:00'],
    ['follows the pace of the week', { window: 'week', used: 80, now: '2026-11-27T00:00:00Z' }, '2026-11-28T00:00:00'],
    [
      'follows the pace of the month',
      { window: 'month', used: 55, limit: 58, now: '2026-11-28T12:00:00Z' },
      '2026-11-30T00:00:00',
    ],
  ] as const)('%s', (_, given, at) => {
    expect(exhaustion(given)?.slice(0, 19)).toBe(at);
  });

  it.each([
    ['it lasts until its reset', { window: 'day', used: 40, now: '2026-11-27T12:00:00Z' }],
    ['it lasts to the very moment of its reset', { window: 'month', used: 90, now: '2026-11-28T00:00:00Z' }],
    ['it is used up', { window: 'day', used: 100, now: '2026-11-27T12:00:00Z' }],
    ['it has no limit', { window: 'day', used: 100, limit: undefined, now: '2026-11-27T12:00:00Z' }],
    ['nothing was ever spent', { window: 'month', used: 0, now: '2026-11-27T12:00:00Z' }],
    ['its period begins now, without earlier days', { window: 'day', used: 5, now: '2026-11-27T00:00:00Z' }],
    ['it never resets and nothing was spent lately', { window: 'total', used: 50, now: '2026-11-27T12:00:00Z' }],
  ] as const)('is absent when %s', (_, given) => expect(exhaustion(given)).toBeUndefined());

  it.each([
    [
      'early in its period follows the last seven whole days, without today',
      { window: 'day', used: 10, now: '2026-11-27T01:00:00Z', daily: [9_000, 200, 200, 200, 200, 200, 200, 200, 10] },
      '2026-11-27T11:48:00.000Z',
    ],
    [
      'of the life of a key follows the last whole days, however long it takes',
      { window: 'total', used: 40, now: '2026-11-27T00:00:00Z', daily: [2, 4, 0] },
      '2026-12-17T00:00:00.000Z',
    ],
    [
      'early in its period follows the period when the days before were without use',
      { window: 'day', used: 10, now: '2026-11-27T01:00:00Z', daily: [0, 0, 10] },
      '2026-11-27T10:00:00.000Z',
    ],
  ] as const)('%s', (_, given, at) => expect(exhaustion({ ...given, daily: [...given.daily] })).toBe(at));
});
