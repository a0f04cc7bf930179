import { FakeClock } from '@plantcommunity/resilience/testing';
import { leastCpuTimeOf } from '@plantcommunity/telemetry/testing';
import { describe, expect, it } from 'vitest';
import { scriptedRedis } from '../testing/minutes.ts';
import { answerCounts, callMinutes, responseFigures } from './figures.ts';
import type { MinuteCounters } from './minute-counters.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;

function setUp() {
  const clock = new FakeClock(NOON);
  const redis = scriptedRedis();
  const [here, there] = [redis.counters(clock), redis.counters(clock)];
  for (const counters of [here, there]) counters.start();
  const advance = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      clock.advance(Math.min(1_000, ms - passed));
      await new Promise(setImmediate);
    }
  };
  return { advance, clock, here, redis, there };
}

const ok = { provider: 'plant_id', outcome: 'ok', durationMs: 900 } as const;
const call = (counters: MinuteCounters, times = 1) => {
  for (let n = 0; n < times; n += 1) counters.recordCall(ok);
};
/** The calls of each of the last minutes, oldest first, without leading minutes without any. */
const calls = async (counters: MinuteCounters) => {
  const counts = callMinutes(await counters.last(), 'plant_id').map((minute) => minute.ok);
  return counts.slice(counts.findIndex((count) => count > 0));
};

describe('minute counters', () => {
  it('add up the minutes of all processes, with quantiles over all calls', async () => {
    const { advance, here, there } = setUp();
    call(here, 2);
    there.recordCall({ provider: 'plant_id', outcome: 'timeout', durationMs: 35_000 });
    await advance(2_000);
    const [last] = callMinutes(await here.last(1), 'plant_id');
    expect(last).toMatchObject({ at: NOON, ok: 2, timeout: 1 });
    expect(Math.abs((last?.p99Ms ?? 0) - 35_000)).toBeLessThan(700);
    expect(callMinutes(await there.last(1), 'plant_id')).toEqual([last]);
  });

  it('have 60 minutes, oldest first, and drop a minute after an hour', async () => {
    const { advance, here } = setUp();
    call(here);
    await advance(59 * MINUTE);
    const hour = await here.last();
    expect(hour).toHaveLength(60);
    expect(hour.map(({ at }) => at)).toEqual(hour.map((_minute, n) => NOON + n * MINUTE));
    expect(hour[0]?.counts.providers.get('plant_id')?.outcomes.ok).toBe(1);
    await advance(MINUTE);
    expect((await here.last())[0]?.at).toBe(NOON + MINUTE);
    expect(await calls(here)).toEqual([0]);
  });

  it('keep the minutes of a process that has ended', async () => {
    const { advance, here, there } = setUp();
    call(there, 3);
    await there.close();
    call(there);
    await advance(2 * MINUTE);
    call(here);
    expect(await calls(here)).toEqual([3, 0, 1]);
  });

  it('count nothing twice when the reply to a write is lost', async () => {
    const { advance, here, redis, there } = setUp();
    call(here, 5);
    redis.losesReply = true;
    await advance(4_000);
    expect(redis.writes).toBe(2);
    expect(await calls(there)).toEqual([5]);
  });

  it('are those of this process without Redis, and are written once Redis is back', async () => {
    const { advance, here, redis, there } = setUp();
    call(there);
    await advance(2_000);
    expect(await calls(here)).toEqual([1]);
    redis.isReady = false;
    await advance(MINUTE);
    call(here, 2);
    expect(await calls(here)).toEqual([2]);
    await advance(MINUTE);
    redis.isReady = true;
    await advance(2_000);
    expect(await calls(there)).toEqual([1, 2, 0]);
    expect(await calls(here)).toEqual([1, 2, 0]);
  });

  it('are written again after Redis lost its data, and those of an ended process stay known', async () => {
    const { advance, clock, here, redis, there } = setUp();
    call(here);
    call(there, 2);
    await advance(2_000);
    expect(await calls(here)).toEqual([3]);
    await there.close();
    redis.loseData();
    await advance(61_000);
    expect(await calls(here)).toEqual([3, 0]);
    expect(await calls(redis.counters(clock))).toEqual([1, 0]);
  });

  it('read the last two minutes at most once a second, and the whole hour once a minute', async () => {
    const { advance, here, redis } = setUp();
    await Promise.all([here.last(), here.last(), here.last()]);
    await here.last();
    expect(redis.reads).toEqual([60]);
    await advance(1_001);
    await here.last();
    expect(redis.reads).toEqual([60, 2]);
    await advance(MINUTE);
    await here.last();
    expect(redis.reads).toEqual([60, 2, 60]);
  });

  it('write nothing while nothing happens, and only the minutes that changed', async () => {
    const { advance, here, redis } = setUp();
    await advance(10 * MINUTE);
    expect(redis.writes).toBe(0);
    call(here);
    await advance(10 * MINUTE);
    expect(redis.writes).toBe(1);
  });

  it('notify a follower of counts here and in other processes, once a second and only of changes', async () => {
    const { advance, clock, here, redis, there } = setUp();
    let changes = 0;
    const stop = here.follow(() => (changes += 1));
    await advance(5_000);
    expect(changes).toBe(0);
    call(here, 100);
    await advance(1_000);
    expect(changes).toBe(1);
    call(there);
    await advance(3_000);
    expect(changes).toBe(2);
    redis.isReady = false;
    call(here);
    await advance(4_000);
    expect(changes).toBe(3);
    redis.isReady = true;
    await advance(2_000);
    stop();
    call(there);
    await advance(4_000);
    expect(changes).toBe(3);
    const { length } = redis.reads;
    await advance(10_000);
    expect(redis.reads).toHaveLength(length);
    await Promise.all([here.close(), there.close()]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('count answers of the last 15 minutes, and responses with server errors', async () => {
    const { advance, here, there } = setUp();
    here.recordAnswer('fresh');
    await advance(14 * MINUTE);
    for (const type of ['cached', 'cached', 'stale', 'retry'] as const) there.recordAnswer(type);
    for (const status of [200, 404, 500, 503]) there.recordResponse(status);
    await advance(2_000);
    expect(answerCounts(await here.last())).toEqual({ minutes: 15, cached: 2, stale: 1, fresh: 1, retry: 1 });
    expect(responseFigures(await here.last(5))).toEqual({ sent: 4, serverErrors: 2 });
    await advance(MINUTE);
    expect(answerCounts(await here.last())).toMatchObject({ cached: 2, fresh: 0 });
  });

  it('cost less than 3 microseconds a call', async () => {
    const { here } = setUp();
    const events = 100_000;
    const ms = await leastCpuTimeOf(() => {
      for (let n = 0; n < events; n += 1) {
        here.recordLookup('memory');
        here.recordCall({ provider: 'plant_id', outcome: 'ok', durationMs: n % 40_000 });
        here.recordAnswer('fresh');
      }
    });
    expect((ms * 1_000) / events).toBeLessThan(3);
  });
});
