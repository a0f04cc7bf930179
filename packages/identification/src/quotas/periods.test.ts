import { describe, expect, it } from 'vitest';
import { firstDayOf, periodsOf, ttlOf } from './periods.ts';
import { WINDOWS } from './types.ts';

const HOUR = 3_600_000;
const at = (text: string) => Date.parse(`${text}Z`);
const idsOf = (text: string) => periodsOf(at(text)).map(({ id }) => id);
const endsOf = (text: string) => periodsOf(at(text)).map(({ endsAt }) => endsAt);

describe('the periods of a time', () => {
  it('are in the order of WINDOWS', () => {
    expect(periodsOf(at('2026-11-22T12:30:00')).map(({ window }) => window)).toEqual([...WINDOWS]);
  });

  it.each([
    ['2026-11-22T12:30:00', ['hour:2026-11-22T12', 'day:2026-11-22', 'week:2026-11-16', 'month:2026-11', 'total']],
    ['2026-11-22T23:59:59.999', ['hour:2026-11-22T23', 'day:2026-11-22', 'week:2026-11-16', 'month:2026-11', 'total']],
    ['2026-11-23T00:00:00', ['hour:2026-11-23T00', 'day:2026-11-23', 'week:2026-11-23', 'month:2026-11', 'total']],
    ['2028-02-29T23:00:00', ['hour:2028-02-29T23', 'day:2028-02-29', 'week:2028-02-28', 'month:2028-02', 'total']],
    ['2026-12-31T23:59:59', ['hour:2026-12-31T23', 'day:2026-12-31', 'week:2026-12-28', 'month:2026-12', 'total']],
    ['2027-01-01T00:00:00', ['hour:2027-01-01T00', 'day:2027-01-01', 'week:2026-12-28', 'month:2027-01', 'total']],
  ])('are named after their start at %s', (text, ids) => expect(idsOf(text)).toEqual(ids));

  it('end at the next boundary in UTC', () => {
    const ends = ['2026-12-31T13:00:00', '2027-01-01T00:00:00', '2027-01-04T00:00:00', '2027-01-01T00:00:00'].map(at);
    expect(endsOf('2026-12-31T12:00:00')).toEqual([...ends, Number.POSITIVE_INFINITY]);
    for (const [index, end] of ends.entries()) {
      const before = periodsOf(end - 1)[index];
      expect(before?.endsAt).toBe(end);
      expect(periodsOf(end)[index]?.id).not.toBe(before?.id);
    }
  });

  it('have counters that outlive them by a day', () => {
    const now = at('2026-11-22T23:00:00');
    expect(periodsOf(now).map((period) => ttlOf(period, now) / HOUR)).toEqual([25, 25, 25, 9 * 24 + 1, 400 * 24]);
  });

  it('start on a day in UTC', () => {
    const now = at('2026-11-25T05:00:00');
    const days = (['day', 'week', 'month'] as const).map((window) => firstDayOf(window, now).toISOString());
    expect(days).toEqual(['2026-11-25T00:00:00.000Z', '2026-11-23T00:00:00.000Z', '2026-11-01T00:00:00.000Z']);
  });
});
