import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { CallStatistics, RecentAnswers } from './call-statistics.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;
const none = {
  ok: 0,
  failed: 0,
  timeout: 0,
  refused: 0,
  isolated: 0,
  held_back: 0,
  cached: 0,
  stale: 0,
  leases: 0,
  failures: 0,
};

function setUp() {
  const clock = new FakeClock(NOON);
  return { clock, calls: new CallStatistics(clock) };
}

describe('call statistics', () => {
  it('have 60 minutes, the running one last, empty ones included', () => {
    const { calls, clock } = setUp();
    clock.advance(90_000);
    calls.record({ provider: 'plant_id', outcome: 'ok', durationMs: 900 });
    const { hour, minutes } = calls.of('plant_id');
    expect(minutes).toHaveLength(60);
    expect(minutes[0]).toEqual({ at: NOON - 58 * MINUTE, ...none });
    expect(minutes[59]).toEqual({ at: NOON + MINUTE, ...none, ok: 1, p50Ms: 900, p95Ms: 900, p99Ms: 900 });
    expect(hour).toEqual({ p50Ms: 900, p95Ms: 900, p99Ms: 900 });
  });

  it('count providers and outcomes separately, and give calls that were not sent no duration', () => {
    const { calls } = setUp();
    calls.record({ provider: 'plant_id', outcome: 'failed', durationMs: 35_000 });
    calls.record({ provider: 'plant_id', outcome: 'refused' });
    calls.record({ provider: 'plant_id', outcome: 'refused' });
    calls.record({ provider: 'plantnet', outcome: 'refused' });
    expect(calls.of('plant_id').minutes[59]).toMatchObject({ ok: 0, failed: 1, refused: 2, p95Ms: 35_000 });
    expect(calls.of('plantnet').minutes[59]).toEqual({ at: NOON, ...none, refused: 1 });
    expect(calls.of('plantnet').hour).toEqual({});
  });

  it('count each outcome of a minute', () => {
    const { calls } = setUp();
    calls.record({ provider: 'plant_id', outcome: 'timeout', durationMs: 35_000 });
    for (const outcome of ['refused', 'isolated', 'held_back', 'cached', 'cached', 'stale'] as const) {
      calls.record({ provider: 'plant_id', outcome });
    }
    expect(calls.of('plant_id').minutes[59]).toMatchObject({
      ...none,
      timeout: 1,
      refused: 1,
      isolated: 1,
      held_back: 1,
      cached: 2,
      stale: 1,
    });
  });

  it('drop a minute after an hour', () => {
    const { calls, clock } = setUp();
    calls.record({ provider: 'plant_id', outcome: 'ok', durationMs: 900 });
    clock.advance(59 * MINUTE);
    expect(calls.of('plant_id').minutes[0]).toMatchObject({ at: NOON, ok: 1 });
    clock.advance(MINUTE);
    expect(calls.of('plant_id').minutes.map(({ ok }) => ok)).not.toContain(1);
    calls.record({ provider: 'plant_id', outcome: 'ok', durationMs: 100 });
    expect(calls.of('plant_id').minutes[59]).toMatchObject({ ok: 1, p95Ms: 100 });
  });

  it('have quantiles by the nearest rank, also of a minute with more calls than the sample', () => {
    const { calls } = setUp();
    for (let ms = 1; ms <= 100; ms += 1) calls.record({ provider: 'plant_id', outcome: 'ok', durationMs: ms });
    expect(calls.of('plant_id').hour).toEqual({ p50Ms: 50, p95Ms: 95, p99Ms: 99 });
    for (let n = 0; n < 5_000; n += 1) calls.record({ provider: 'plant_id', outcome: 'ok', durationMs: 1_000 });
    expect(calls.of('plant_id').minutes[59]).toMatchObject({ ok: 5_100 });
    expect(calls.of('plant_id').hour.p50Ms).toBe(1_000);
  });
});

describe('recent answers', () => {
  it('are counted over the last 15 minutes, and then dropped', () => {
    const clock = new FakeClock(NOON);
    const answers = new RecentAnswers(clock);
    answers.record('fresh');
    clock.advance(14 * MINUTE);
    for (const type of ['cached', 'cached', 'stale', 'retry'] as const) answers.record(type);
    expect(answers.shares()).toEqual({ minutes: 15, cached: 2, stale: 1, fresh: 1, retry: 1 });
    clock.advance(MINUTE);
    expect(answers.shares()).toMatchObject({ cached: 2, fresh: 0 });
    // The same minutes of the next hour.
    clock.advance(45 * MINUTE);
    answers.record('fresh');
    expect(answers.shares()).toEqual({ minutes: 15, cached: 0, stale: 0, fresh: 1, retry: 0 });
  });
});
