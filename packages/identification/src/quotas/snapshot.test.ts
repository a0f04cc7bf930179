import { describe, expect, it } from 'vitest';
import { periodsOf } from './periods.ts';
import { QuotaSnapshot } from './snapshot.ts';
import type { QuotaState } from './store.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const HOUR = 3_600_000;
let order = 0;

function standing(day: { used?: number; limit?: number }, given: Partial<QuotaState> = {}, at = NOON): QuotaState {
  order += 1;
  const windows = periodsOf(at).map((period) => {
    const { limit, used } = period.window === 'day' ? day : { used: 0 };
    return { period, used: used ?? 0, isInitialized: used !== undefined, limit };
  });
  return { order, revision: 1, polledAt: NOON, refusedUntil: 0, inFlight: 0, windows, ...given };
}
const dayOf = (seen: QuotaSnapshot, now = NOON) => seen.counters(now).find(({ period }) => period.window === 'day');

describe('what this process saw last', () => {
  it('is under our own limit and the provider’s', () => {
    const seen = new QuotaSnapshot({ dailyLimit: 100 });
    seen.update(standing({ used: 7, limit: 500 }));
    expect(dayOf(seen)).toMatchObject({ used: 7, limit: 100 });
    seen.update(standing({ used: 7, limit: 50 }));
    expect(dayOf(seen)).toMatchObject({ limit: 50 });
  });

  it('is nothing of a day that has just begun, whose limit stays', () => {
    const seen = new QuotaSnapshot({});
    seen.update(standing({ used: 7, limit: 500 }));
    expect(dayOf(seen, NOON + 12 * HOUR)).toMatchObject({ used: 0, limit: 500 });
  });

  it('is not undone by an answer that was asked for before', () => {
    const seen = new QuotaSnapshot({});
    const early = standing({ used: 7 });
    seen.update(standing({ used: 8 }));
    seen.update(early);
    expect(dayOf(seen)?.used).toBe(8);
  });

  it('is not undone by the end of a call of yesterday', () => {
    const seen = new QuotaSnapshot({});
    seen.update(standing({ used: 1 }, {}, NOON + 12 * HOUR));
    seen.update(standing({ used: 480 }));
    expect(dayOf(seen, NOON + 12 * HOUR)?.used).toBe(1);
  });

  it('outlives a Redis that has lost it, but for calls that are out', () => {
    const seen = new QuotaSnapshot({});
    seen.update(standing({ used: 7, limit: 500 }, { inFlight: 2 }));
    seen.update(standing({}, { revision: 0, polledAt: 0 }));
    expect([seen.isLost, dayOf(seen), seen.settled(NOON)[1]]).toMatchObject([true, { used: 7, limit: 500 }, 5]);
    seen.update(standing({ used: 5, limit: 400 }, { revision: 1 }));
    expect([seen.isLost, dayOf(seen)]).toMatchObject([false, { used: 5, limit: 400 }]);
  });

  it('loses a limit that the provider has taken back', () => {
    const seen = new QuotaSnapshot({});
    seen.update(standing({ used: 7, limit: 500 }));
    seen.update(standing({ used: 7 }, { revision: 2 }));
    expect(dayOf(seen)?.limit).toBeUndefined();
  });

  it('can be heard and read where there is no Redis', () => {
    const seen = new QuotaSnapshot({});
    seen.raise({ day: 30, month: 300 }, NOON);
    expect([dayOf(seen)?.used, seen.settled(NOON)[3]]).toEqual([30, 300]);
    seen.applyReport({ windows: { day: { limit: 500, used: 40 } }, exhausted: false }, NOON, 0);
    expect(dayOf(seen)).toMatchObject({ used: 40, limit: 500 });
    seen.applyReport({ windows: { day: { limit: null, used: undefined } }, exhausted: false }, NOON, 0);
    expect(dayOf(seen)).toMatchObject({ used: 40, limit: undefined });
  });

  it.each([
    ['the same', { limit: 500, used: 7 }, false],
    ['less than is counted here', { limit: 500, used: 3 }, false],
    ['more than is counted here', { limit: 500, used: 8 }, true],
    ['another limit', { limit: 400, used: 7 }, true],
    ['no limit', { limit: null, used: 7 }, true],
  ])('makes %s news or not', (_, day, isNews) => {
    const seen = new QuotaSnapshot({});
    seen.update(standing({ used: 7, limit: 500 }));
    expect(seen.isChangedBy({ windows: { day }, exhausted: false }, NOON)).toBe(isNews);
  });
});
