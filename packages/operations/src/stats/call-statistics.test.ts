import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { CallStatistics } from './call-statistics.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;

function counting() {
  const clock = new FakeClock(NOON);
  return { clock, calls: new CallStatistics(clock) };
}

describe('the hour of a provider', () => {
  it('is 60 minutes, the running one last, empty ones included', () => {
    const { calls, clock } = counting();
    clock.advance(90_000);
    calls.record({ provider: 'plant_id', outcome: 'ok', durationMs: 900 });
    const { latency, minutes } = calls.of('plant_id');
    expect(minutes).toHaveLength(60);
    expect(minutes[0]).toEqual({ at: NOON - 58 * MINUTE, ok: 0, failed: 0, refused: 0 });
    expect(minutes[59]).toEqual({ at: NOON + MINUTE, ok: 1, failed: 0, refused: 0, p95Ms: 900 });
    expect(latency).toEqual({ p50Ms: 900, p95Ms: 900, p99Ms: 900 });
  });

  it('counts each provider and each end by itself; what was not sent has no duration', () => {
    const { calls } = counting();
    calls.record({ provider: 'plant_id', outcome: 'failed', durationMs: 35_000 });
    calls.record({ provider: 'plant_id', outcome: 'refused' });
    calls.record({ provider: 'plant_id', outcome: 'refused' });
    calls.record({ provider: 'plantnet', outcome: 'refused' });
    expect(calls.of('plant_id').minutes[59]).toMatchObject({ ok: 0, failed: 1, refused: 2, p95Ms: 35_000 });
    expect(calls.of('plantnet').minutes[59]).toEqual({ at: NOON, ok: 0, failed: 0, refused: 1 });
    expect(calls.of('plantnet').latency).toBeUndefined();
  });

  it('sums up what became of the questions; a timeout is a failure, and what was not sent is told apart', () => {
    const { calls, clock } = counting();
    calls.record({ provider: 'plant_id', outcome: 'failed', durationMs: 900 });
    clock.advance(MINUTE);
    calls.record({ provider: 'plant_id', outcome: 'timeout', durationMs: 35_000 });
    for (const outcome of ['refused', 'isolated', 'held_back', 'cached', 'cached', 'stale'] as const) {
      calls.record({ provider: 'plant_id', outcome });
    }
    const { minutes, outcomes } = calls.of('plant_id');
    expect(outcomes).toEqual({
      ok: 0,
      failed: 1,
      timeout: 1,
      refused: 1,
      isolated: 1,
      held_back: 1,
      cached: 2,
      stale: 1,
    });
    expect(minutes[59]).toMatchObject({ ok: 0, failed: 1, refused: 3 });
    clock.advance(59 * MINUTE);
    expect(calls.of('plant_id').outcomes).toMatchObject({ failed: 0, timeout: 1 });
  });

  it('forgets a minute after an hour', () => {
    const { calls, clock } = counting();
    calls.record({ provider: 'plant_id', outcome: 'ok', durationMs: 900 });
    clock.advance(59 * MINUTE);
    expect(calls.of('plant_id').minutes[0]).toMatchObject({ at: NOON, ok: 1 });
    clock.advance(MINUTE);
    expect(calls.of('plant_id').minutes.map(({ ok }) => ok)).not.toContain(1);
    calls.record({ provider: 'plant_id', outcome: 'ok', durationMs: 100 });
    expect(calls.of('plant_id').minutes[59]).toMatchObject({ ok: 1, p95Ms: 100 });
  });

  it('tells nearest ranks, of a busy minute too', () => {
    const { calls } = counting();
    for (let ms = 1; ms <= 100; ms += 1) calls.record({ provider: 'plant_id', outcome: 'ok', durationMs: ms });
    expect(calls.of('plant_id').latency).toEqual({ p50Ms: 50, p95Ms: 95, p99Ms: 99 });
    for (let n = 0; n < 5_000; n += 1) calls.record({ provider: 'plant_id', outcome: 'ok', durationMs: 1_000 });
    expect(calls.of('plant_id').minutes[59]).toMatchObject({ ok: 5_100 });
    expect(calls.of('plant_id').latency?.p50Ms).toBe(1_000);
  });
});
