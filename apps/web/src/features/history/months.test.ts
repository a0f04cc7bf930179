import { describe, expect, it } from 'vitest';
import type { HistoryItem } from '../../lib/wire.ts';
import { byMonth } from './months.ts';

const item = (created_at: string): HistoryItem => ({
  id: '01JD8Z4Q0M3T5R7V9X1B2C4D6F',
  created_at,
  is_plant: false,
  demo: false,
  photos: 0,
});

describe('byMonth', () => {
  it('counts a month in the time zone of the reader', () => {
    const items = [item('2026-11-01T03:00:00Z'), item('2026-10-31T12:00:00Z')];
    expect(byMonth(items, 'UTC').map(({ name }) => name)).toEqual(['November 2026', 'October 2026']);
    expect(byMonth(items, 'America/New_York')).toMatchObject([{ key: '2026-10', name: 'October 2026', items }]);
  });
});
