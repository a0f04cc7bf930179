import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import type { RedisConnection } from '../redis/types.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { connectTestRedis } from '../testing/test-redis.ts';
import { createCache } from './create-cache.ts';
import type { CacheEvent } from './types.ts';

const lifetime = () => ({ ttlMs: 60_000, staleMs: 60_000 });

describe.skipIf(!hasRedisServer)('a Redis that answers with an error', () => {
  let server: RedisServer;
  let redis: RedisConnection;

  beforeAll(async () => {
    server = await RedisServer.prepare();
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(async () => {
    await server.start();
    redis = await connectTestRedis(server.url);
  });
  afterEach(async () => {
    await redis.close();
    await server.kill();
  });

  function createProcess() {
    const shared = { redis, prefix: 'refusing', clock: systemClock };
    const cache = createCache({ ...shared, lock: { ttlMs: 30_000, waitMs: 1000 }, memory: { maxEntries: 10 } });
    const events: CacheEvent[] = [];
    cache.subscribe((event) => events.push(event));
    const ask = () => cache.getOrLoad('rose', async () => 'Rosa', { lifetime });
    return { ask, cache, events };
  }
  const failures = (events: readonly CacheEvent[]) =>
    events.flatMap((event) => (event.type === 'redis_failed' ? [event.during] : []));

  it.each([
    ['being out of memory', ['CONFIG', 'SET', 'maxmemory', '1']],
    ['having become a replica', ['REPLICAOF', '127.0.0.1', '1']],
  ])('of %s causes a miss, and the process loads by itself', async (_why, [name = '', ...args]) => {
    const { ask, events } = createProcess();
    await server.command(name, ...args);
    expect(await ask()).toMatchObject({ value: 'Rosa', source: 'loaded' });
    expect(await ask()).toMatchObject({ value: 'Rosa', source: 'memory' });
    expect(failures(events)).toEqual(['lease', 'write']);
    expect(redis.isReady()).toBe(false);
  });

  it('because memory ran out during the load keeps no lease', async () => {
    const { cache } = createProcess();
    const loading = cache.getOrLoad(
      'rose',
      async () => {
        await server.command('CONFIG', 'SET', 'maxmemory', '1');
        return 'Rosa';
      },
      { lifetime },
    );
    expect(await loading).toMatchObject({ value: 'Rosa', source: 'loaded' });
    expect(await server.command('EXISTS', 'refusing:{rose}:lock')).toBe('0');
  });

  it('for a fence of another type causes neither a lost value nor a lease left behind', async () => {
    await redis.client.lpush('refusing:{rose}:fence', 'foreign');
    const { ask, events } = createProcess();
    expect(await ask()).toMatchObject({ value: 'Rosa', source: 'loaded' });
    expect(events.map(({ type }) => type)).toContain('stored');
    expect(await redis.client.exists('refusing:{rose}:lock')).toBe(0);
  });
});
