import { describe, expect, it } from 'vitest';
import { cacheFigures, callMinutes, callQuantiles, lastFailureAt, leaseFigures, refusals } from './figures.ts';
import { countsOf, type MinuteCounts, noCounts } from './minute-counts.ts';

const NOON = Date.UTC(2026, 2, 1, 12);

/** Two minutes, the first of which is filled. */
function minutesWith(fill: (counts: MinuteCounts) => void) {
  const counts = noCounts();
  fill(counts);
  return [
    { at: NOON, counts },
    { at: NOON + 60_000, counts: noCounts() },
  ];
}

const none = { ok: 0, failed: 0, timeout: 0, refused: 0, isolated: 0, held_back: 0, cached: 0, stale: 0 };

describe('figures of operators', () => {
  it('of calls have each outcome by minute, and no quantiles without calls', () => {
    const minutes = minutesWith((counts) => {
      const plantId = countsOf(counts, 'plant_id');
      plantId.outcomes.held_back = 2;
      plantId.leases = 3;
      plantId.failures = 1;
      for (const ms of [100, 100, 1_000]) plantId.durations.record(ms);
    });
    const [first, second] = callMinutes(minutes, 'plant_id');
    expect(first).toMatchObject({ at: NOON, ...none, held_back: 2, leases: 3, failures: 1 });
    expect(Math.round((first?.p50Ms ?? 0) / 10)).toBe(10);
    expect(second).toEqual({ at: NOON + 60_000, ...none, leases: 0, failures: 0 });
    expect(callQuantiles(minutes, 'plant_id')).toEqual({
      p50Ms: first?.p50Ms,
      p95Ms: first?.p95Ms,
      p99Ms: first?.p99Ms,
    });
    expect(callQuantiles(minutes, 'plantnet')).toEqual({});
  });

  it('of the cache have look-ups by tier, stale answers, and the calls and credits saved of the paid provider', () => {
    const minutes = minutesWith((counts) => {
      counts.lookups.memory = 5;
      counts.lookups.miss = 1;
      countsOf(counts, 'plant_id').outcomes.stale = 1;
      countsOf(counts, 'plantnet').outcomes.stale = 2;
      countsOf(counts, 'plant_id').outcomes.cached = 6;
      countsOf(counts, 'plantnet').outcomes.cached = 5;
      countsOf(counts, 'plant_id').savedCredits = 10;
      countsOf(counts, 'plantnet').savedCredits = 5;
    });
    expect(cacheFigures(minutes, { provider: 'plant_id', cost: 0.029, usualCredits: 2 })).toEqual({
      memory: 5,
      redis: 0,
      miss: 1,
      stale: 3,
      savedCalls: 6,
      savedCredits: 10,
      usualCredits: 2,
      creditCost: 0.029,
    });
  });

  it('of leases have the p95 of waits and the timeouts', () => {
    const minutes = minutesWith((counts) => {
      for (let n = 0; n < 20; n += 1) counts.leaseWaits.record(n < 18 ? 10 : 2_000);
      counts.leaseTimeouts = 2;
    });
    const { timeouts, waitP95Ms = 0 } = leaseFigures(minutes);
    expect({ timeouts, isNear: Math.abs(waitP95Ms - 2_000) <= 40 }).toEqual({ timeouts: 2, isNear: true });
    expect(leaseFigures([])).toEqual({ timeouts: 0 });
  });

  it('of limits have the refused calls by tier in periods of five minutes', () => {
    const hour = Array.from({ length: 12 }, (_, minute) => ({ at: NOON + minute * 60_000, counts: noCounts() }));
    const refuse = (minute: number, count: number) => {
      const counts = hour[minute]?.counts ?? noCounts();
      counts.refused.free = count;
    };
    refuse(0, 3);
    refuse(4, 2);
    refuse(5, 1);
    refuse(11, 7);
    const { counts, periods } = refusals(hour);
    expect(periods).toEqual([NOON, NOON + 300_000, NOON + 600_000]);
    expect(counts).toMatchObject({ anonymous: [0, 0, 0], free: [5, 1, 7] });
  });

  it('have the time of the last failure', () => {
    const minutes = minutesWith((counts) => (countsOf(counts, 'plant_id').lastFailureAt = NOON + 7));
    expect(lastFailureAt(minutes, 'plant_id')).toBe(NOON + 7);
    expect(lastFailureAt(minutes, 'plantnet')).toBeUndefined();
  });
});
