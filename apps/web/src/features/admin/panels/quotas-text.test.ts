import { describe, expect, it } from 'vitest';
import type { QuotaUse } from '../../../lib/wire.ts';
import { at, NOW, plain } from '../testing/overview-of.ts';
import { sentenceText } from '../text/sentence.ts';
import { daysText, factorText, quotaName, quotaOutlook, quotaShare } from './quotas-text.ts';

const quotaOf = (given: Partial<QuotaUse> = {}): QuotaUse => ({
  provider: 'plant_id',
  window: 'month',
  used: 41_500,
  limit: 50_000,
  resets_at: '2026-12-01T00:00:00Z',
  days: [],
  ...given,
});

describe('the text of a quota', () => {
  it.each([
    ['month', 'Plant.id, this month'],
    ['day', 'Plant.id, today'],
    ['hour', 'Plant.id, this hour'],
    ['week', 'Plant.id, week'],
    ['total', 'Plant.id, over the life of the key'],
  ])('names the window %s', (window, name) => {
    expect(quotaName(quotaOf({ window }))).toBe(name);
  });

  it.each<[Partial<QuotaUse>, string]>([
    [{}, '8,500 left. Full again at 1 Dec, 01:00, in 8 d 22 h.'],
    [{ resets_at: at(8_100) }, '8,500 left. Full again at 04:59, in 2 h 15 min.'],
    [{ exhausted_at: '2026-11-29T12:00:00Z' }, 'Gone by about 29 Nov, 2 days early at this pace.'],
    [{ exhausted_at: '2026-11-30T03:00:00Z' }, 'Gone by about 30 Nov, 21 h early at this pace.'],
    [{ exhausted_at: at(3_600), resets_at: at(8_100) }, 'Gone by about 03:44, 1 h 15 min early at this pace.'],
    [{ exhausted_at: '2026-12-02T12:00:00Z' }, '8,500 left. Full again at 1 Dec, 01:00, in 8 d 22 h.'],
    [{ used: 50_000, resets_at: at(8_100) }, 'Used up. Full again at 04:59, in 2 h 15 min.'],
    [{ resets_at: undefined }, '8,500 left. It is not filled again.'],
    [{ resets_at: undefined, exhausted_at: '2026-11-29T12:00:00Z' }, 'Gone by about 29 Nov at this pace.'],
    [{ resets_at: undefined, used: 50_000 }, 'Used up. It is not filled again.'],
    [{ used: 0, limit: 0 }, 'Used up: its limit is 0.'],
  ])('says with %j how long it lasts', (given, text) => {
    expect(plain(sentenceText(quotaOutlook(quotaOf(given), NOW, 'Europe/Berlin')))).toBe(text);
  });

  it('has the used share, which is all of a limit of 0', () => {
    expect([quotaShare(quotaOf()), quotaShare(quotaOf({ used: 0, limit: 0 }))]).toEqual([0.83, 1]);
  });

  it('has the days and the busiest of them', () => {
    const days = [
      { day: '2026-11-20', count: 4_410 },
      { day: '2026-11-21', count: 12 },
    ];
    expect(daysText(quotaOf({ days }))).toBe('2 days; most on 20 Nov, 4,410');
    const unused = [{ day: '2026-11-20', count: 0 }];
    expect(daysText(quotaOf({ days: unused, used: 0 }))).toBe('1 day, none used');
    expect(daysText(quotaOf({ days: unused, used: 1 }))).toBe('1 day, none counted here yet');
  });
});

it.each([
  [1, undefined],
  [0.5, 'All tiers are at half of their limits while a quota runs low.'],
  [0.1, 'All tiers are at a tenth of their limits while a quota runs low.'],
  [0.25, 'All tiers are at 25 % of their limits while a quota runs low.'],
])('factorText of %d', (factor, text) => {
  expect(factorText(factor)?.replaceAll('\u00a0', ' ')).toBe(text);
});
