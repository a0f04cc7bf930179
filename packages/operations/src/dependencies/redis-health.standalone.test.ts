import { connectRedis, type RedisConnection } from '@plantcommunity/resilience';
import { FakeClock, hasRedisServer, RedisServer } from '@plantcommunity/resilience/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisHealthMonitor } from './redis-health.ts';

describe.skipIf(!hasRedisServer)('the health of Redis', () => {
  let server: RedisServer;
  let redis: RedisConnection;
  let clock: FakeClock;
  let monitor: RedisHealthMonitor;

  beforeEach(async () => {
    server = await RedisServer.prepare();
    await server.start('--maxmemory', '64mb', '--maxmemory-policy', 'noeviction');
    redis = await connectRedis({ url: server.url }, { timeoutMs: 2_000, readyWaitMs: 5_000 });
    clock = new FakeClock();
    monitor = new RedisHealthMonitor(redis, clock);
  });
  afterEach(async () => {
    monitor.close();
    await redis.close();
    await server[Symbol.asyncDispose]();
  });

  const command = (line: string) => server.command(...line.split(' '));
  const infoCalls = async () => Number(/cmdstat_info:calls=(\d+)/.exec(await command('INFO commandstats'))?.[1]);

  it('has its memory, which Redis is asked for at most once in five seconds', async () => {
    const health = await monitor.read();
    expect(health).toEqual({
      state: 'up',
      latencyMs: 0,
      memory: { used: expect.any(Number) as number, max: 64 * 1024 * 1024 },
    });
    expect(health.memory?.used).toBeGreaterThan(100_000);
    await command('CONFIG RESETSTAT');
    clock.advance(4_999);
    expect(await monitor.read()).toEqual(health);
    clock.advance(1);
    await Promise.all([monitor.read(), monitor.read()]);
    // The look at the statistics is not counted in its own answer.
    expect(await infoCalls()).toBe(1);
  });

  it('is up although Redis keeps its memory from our user', async () => {
    await command('ACL SETUSER default -info');
    expect(await monitor.read()).toEqual({ state: 'up', latencyMs: 0 });
  });

  it('is read_only for a replica, full without memory, down without an answer, and up again', async () => {
    const states = async (state: string) => {
      await redis.client.set('key', 'value').catch(() => undefined);
      await expect.poll(async () => (await monitor.read()).state, { timeout: 5_000 }).toBe(state);
      return (await monitor.read()).reason;
    };
    await command('REPLICAOF 127.0.0.1 1');
    expect(await states('read_only')).toMatch(/^(READONLY|MASTERDOWN) /);
    await command('REPLICAOF NO ONE');
    await states('up');
    await command('CONFIG SET maxmemory 1');
    expect(await states('full')).toMatch(/^OOM /);
    await command('CONFIG SET maxmemory 0');
    await states('up');
    await server.kill();
    expect(await states('down')).toBeDefined();
  });
});
