import { describe, expect, it } from 'vitest';
import { periodsOf } from './periods.ts';
import { QuotaSnapshot } from './snapshot.ts';
import type { QuotaState } from './types.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const HOUR = 3_600_000;
let order = 0;

function state(day: { used?: number; limit?: number }, given: Partial<QuotaState> = {}, at = NOON): QuotaState {
  order += 1;
  const windows = periodsOf(at).map((period) => {
    const { limit, used } = period.window === 'day' ? day : { used: 0 };
    return { period, used: used ?? 0, isInitialized: used !== undefined, limit };
  });
  return { order, revision: 1, polledAt: NOON, refusedUntil: 0, inFlight: 0, windows, ...given };
}
const dayOf = (snapshot: QuotaSnapshot, now = NOON) =>
  snapshot.counters(now).find(({ period }) => period.window === 'day');

describe('the snapshot', () => {
  it('has the lower one of our limit and the provider’s', () => {
    const snapshot = new QuotaSnapshot({ dailyLimit: 100 });
    snapshot.update(state({ used: 7, limit: 500 }));
    expect(dayOf(snapshot)).toMatchObject({ used: 7, limit: 100 });
    snapshot.update(state({ used: 7, limit: 50 }));
    expect(dayOf(snapshot)).toMatchObject({ limit: 50 });
  });

  it('has the time of the last usage report for the windows whose limit it had, and no others', () => {
    const snapshot = new QuotaSnapshot({ hourlyLimit: 20 });
    expect(snapshot.reportedAt('day')).toBeUndefined();
    snapshot.update(state({ used: 7, limit: 500 }));
    expect({ day: snapshot.reportedAt('day'), hour: snapshot.reportedAt('hour') }).toEqual({
      day: NOON,
      hour: undefined,
    });
  });

  it('has no usage but the limit of a day that has just begun', () => {
    const snapshot = new QuotaSnapshot({});
    snapshot.update(state({ used: 7, limit: 500 }));
    expect(dayOf(snapshot, NOON + 12 * HOUR)).toMatchObject({ used: 0, limit: 500 });
  });

  it('ignores the reply of an earlier command that arrives late', () => {
    const snapshot = new QuotaSnapshot({});
    const early = state({ used: 7 });
    snapshot.update(state({ used: 8 }));
    snapshot.update(early);
    expect(dayOf(snapshot)?.used).toBe(8);
  });

  it('ignores the state of a period that has ended', () => {
    const snapshot = new QuotaSnapshot({});
    snapshot.update(state({ used: 1 }, {}, NOON + 12 * HOUR));
    snapshot.update(state({ used: 480 }));
    expect(dayOf(snapshot, NOON + 12 * HOUR)?.used).toBe(1);
  });

  it('survives a loss of data in Redis, without the credits of calls in flight', () => {
    const snapshot = new QuotaSnapshot({});
    snapshot.update(state({ used: 7, limit: 500 }, { inFlight: 2 }));
    snapshot.update(state({}, { revision: 0, polledAt: 0 }));
    expect(snapshot.isLost).toBe(true);
    expect(dayOf(snapshot)).toMatchObject({ used: 7, limit: 500 });
    expect(snapshot.settled(NOON)[1]).toBe(5);
    snapshot.update(state({ used: 5, limit: 400 }, { revision: 1 }));
    expect(snapshot.isLost).toBe(false);
    expect(dayOf(snapshot)).toMatchObject({ used: 5, limit: 400 });
  });

  it('drops a limit that the provider has removed', () => {
    const snapshot = new QuotaSnapshot({});
    snapshot.update(state({ used: 7, limit: 500 }));
    snapshot.update(state({ used: 7 }, { revision: 2 }));
    expect(dayOf(snapshot)?.limit).toBeUndefined();
  });

  it('takes usage of the database and usage reports while Redis is unavailable', () => {
    const snapshot = new QuotaSnapshot({});
    snapshot.raise({ day: 30, month: 300 }, NOON);
    expect({ day: dayOf(snapshot)?.used, settledInMonth: snapshot.settled(NOON)[3] }).toEqual({
      day: 30,
      settledInMonth: 300,
    });
    snapshot.applyReport({ windows: { day: { limit: 500, used: 40 } }, exhausted: false }, NOON, 0);
    expect(dayOf(snapshot)).toMatchObject({ used: 40, limit: 500 });
    snapshot.applyReport({ windows: { day: { limit: null, used: undefined } }, exhausted: false }, NOON, 0);
    expect(dayOf(snapshot)).toMatchObject({ used: 40, limit: undefined });
  });

  it.each([
    { name: 'is not changed by the same numbers', day: { limit: 500, used: 7 }, isChanged: false },
    { name: 'is not changed by less usage', day: { limit: 500, used: 3 }, isChanged: false },
    { name: 'is changed by more usage', day: { limit: 500, used: 8 }, isChanged: true },
    { name: 'is changed by another limit', day: { limit: 400, used: 7 }, isChanged: true },
    { name: 'is changed by a removed limit', day: { limit: null, used: 7 }, isChanged: true },
  ])('$name', ({ day, isChanged }) => {
    const snapshot = new QuotaSnapshot({});
    snapshot.update(state({ used: 7, limit: 500 }));
    expect(snapshot.isChangedBy({ windows: { day }, exhausted: false }, NOON)).toBe(isChanged);
  });
});
