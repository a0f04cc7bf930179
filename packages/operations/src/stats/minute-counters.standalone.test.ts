import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connectRedis } from '@plantcommunity/resilience';
import { FakeClock, hasRedisServer, RedisServer } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { callMinutes } from './figures.ts';
import { MinuteCounters } from './minute-counters.ts';
import { createMinuteStore } from './minute-store.ts';

const COUNTING_PROCESS = fileURLToPath(new URL('../testing/counting-process.ts', import.meta.url));
const MINUTE = 60_000;

/** Starts what one process has, with the minutes of `clock`. */
async function startCounters(server: RedisServer, clock: FakeClock) {
  const redis = await connectRedis({ url: server.url }, { timeoutMs: 2_000, readyWaitMs: 5_000 });
  const counters = new MinuteCounters({
    store: createMinuteStore({ redis }),
    redis,
    providers: ['plant_id', 'plantnet'],
    clock,
  });
  counters.start();
  return {
    call: () => counters.recordCall({ provider: 'plant_id', outcome: 'ok', durationMs: 900 }),
    /** Returns the calls of each minute with calls, oldest first. */
    async calls() {
      // Counts that are younger are not read again.
      clock.advance(2_000);
      return callMinutes(await counters.last(), 'plant_id').flatMap(({ ok }) => (ok > 0 ? [ok] : []));
    },
    isConnected: () => redis.isReady(),
    async [Symbol.asyncDispose]() {
      await counters.close();
      await redis.close();
    },
  };
}

describe.skipIf(!hasRedisServer)('minute counters on Redis', () => {
  it('of two instances have the same sum in both', async () => {
    await using server = await RedisServer.prepare();
    await server.start();
    const clock = new FakeClock();
    await using here = await startCounters(server, clock);
    await using there = await startCounters(server, clock);
    here.call();
    clock.advance(MINUTE);
    for (const instance of [here, there, there]) instance.call();
    await expect.poll(() => here.calls()).toEqual([1, 3]);
    await expect.poll(() => there.calls()).toEqual([1, 3]);
  });

  it('have what was counted while Redis was down, and again what it lost', async () => {
    await using server = await RedisServer.prepare();
    await server.start();
    const clock = new FakeClock();
    await using here = await startCounters(server, clock);
    await using there = await startCounters(server, clock);
    there.call();
    await expect.poll(() => here.calls()).toEqual([1]);
    await server.kill();
    await expect.poll(() => here.isConnected() || there.isConnected()).toBe(false);
    here.call();
    expect(await here.calls()).toEqual([1]);
    expect(await there.calls()).toEqual([1]);
    await server.start();
    await expect.poll(() => here.calls()).toEqual([2]);
    await expect.poll(() => there.calls()).toEqual([2]);
    // The minutes that Redis had lost are there again, too.
    await using late = await startCounters(server, clock);
    await expect.poll(() => late.calls()).toEqual([2]);
  });

  it('keep the minutes of a process that was killed', async () => {
    await using server = await RedisServer.prepare();
    await server.start();
    const clock = new FakeClock(Date.now());
    await using here = await startCounters(server, clock);
    const child = fork(COUNTING_PROCESS, ['5', server.url], { stdio: 'inherit' });
    await expect.poll(() => here.calls()).toEqual([5]);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    await using late = await startCounters(server, new FakeClock(Date.now()));
    expect(await late.calls()).toEqual([5]);
  });

  it('expire an hour after they were written last', async () => {
    await using server = await RedisServer.prepare();
    await server.start();
    const clock = new FakeClock();
    await using here = await startCounters(server, clock);
    here.call();
    await here.calls();
    const minute = Math.floor(clock.now() / MINUTE);
    const ms = Number(await server.command('PTTL', `operations:{minutes}:${minute}`));
    expect(ms).toBeGreaterThan(60 * MINUTE);
    expect(ms).toBeLessThanOrEqual(65 * MINUTE);
  });
});
