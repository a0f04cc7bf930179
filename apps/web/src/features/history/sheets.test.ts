import { describe, expect, it } from 'vitest';
import type { HistoryItem } from '../../lib/wire.ts';
import { byMonth, readSheet } from './sheets.ts';

const item = (more: Partial<HistoryItem>): HistoryItem => ({
  id: '01JD8Z4Q0M3T5R7V9X1B2C4D6F',
  created_at: '2026-11-21T10:00:00Z',
  plant_name: 'Canada goldenrod',
  scientific_name: 'Solidago canadensis',
  is_plant: true,
  demo: false,
  photos: 1,
  ...more,
});

describe('readSheet', () => {
  it('returns the name, the confidence and the probability', () => {
    expect(readSheet(item({ confidence: 0.87 }))).toMatchObject({
      title: 'Canada goldenrod',
      confidence: 'likely',
      probability: 0.87,
    });
  });

  it('returns only the genus of an unsure answer', () => {
    expect(readSheet(item({ confidence: 0.3 }))).toMatchObject({
      title: 'A Solidago',
      latin: 'Solidago',
      confidence: 'unsure',
    });
  });

  it('returns no probability for a score of Pl@ntNet', () => {
    const sheet = readSheet(item({ confidence: 0.31, confidence_source: 'plantnet' }));
    expect(sheet).toMatchObject({ title: 'Canada goldenrod', confidence: 'possible' });
    expect(sheet).not.toHaveProperty('probability');
  });

  it('says that no plant was found', () => {
    expect(readSheet(item({ is_plant: false }))).toEqual({ title: 'No plant found', titleIsLatin: false });
  });
});

const itemAt = (created_at: string): HistoryItem => ({
  id: '01JD8Z4Q0M3T5R7V9X1B2C4D6F',
  created_at,
  is_plant: false,
  demo: false,
  photos: 0,
});

describe('byMonth', () => {
  it('groups by month in the time zone of the reader', () => {
    const items = [itemAt('2026-11-01T03:00:00Z'), itemAt('2026-10-31T12:00:00Z')];
    expect(byMonth(items, 'UTC').map(({ name }) => name)).toEqual(['November 2026', 'October 2026']);
    expect(byMonth(items, 'America/New_York')).toMatchObject([{ key: '2026-10', name: 'October 2026', items }]);
  });
});
