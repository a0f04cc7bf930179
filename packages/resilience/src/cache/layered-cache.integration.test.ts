import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import type { RedisConnection } from '../redis/types.ts';
import { sleep } from '../testing/sleep.ts';
import { TestConnections, TRANSPORTS } from '../testing/test-connections.ts';
import { eventually, testRedisUrl, uniqueKey } from '../testing/test-redis.ts';
import { createCache } from './create-cache.ts';
import type { CacheEvent } from './types.ts';

describe.skipIf(!testRedisUrl).each(TRANSPORTS)('a cache over %s', (transport) => {
  let connections: TestConnections;
  let redis: RedisConnection;

  beforeAll(async () => {
    connections = await TestConnections.open(transport);
    [redis] = connections.all;
  });
  afterAll(() => connections[Symbol.asyncDispose]());

  const lifetime = () => ({ ttlMs: 60_000, staleMs: 600_000 });
  const createProcess = (prefix: string) =>
    createCache({ redis, prefix, memory: { maxEntries: 10 }, clock: systemClock });

  it.each([null, 0, '', false, '007', '{"v":1}', '🌱', { name: 'Rosa', scores: [0.5] }])(
    'gives %j to another process unchanged',
    async (value) => {
      const prefix = uniqueKey('cache');
      await createProcess(prefix).getOrLoad('rose', async () => value, { lifetime });
      expect(await createProcess(prefix).peek('rose')).toMatchObject({ value, source: 'redis', stale: false });
    },
  );

  it('lets the key of a value expire after staleMs', async () => {
    const prefix = uniqueKey('cache');
    await createProcess(prefix).getOrLoad('rose', async () => 'Rosa', { lifetime });
    const pttl = await redis.client.pttl(`${prefix}:{rose}:value`);
    expect(pttl).toBeGreaterThan(500_000);
    expect(pttl).toBeLessThanOrEqual(600_000);
  });

  it('treats a key of another type as a miss and overwrites it', async () => {
    const prefix = uniqueKey('cache');
    await redis.client.lpush(`${prefix}:{rose}:value`, 'foreign');
    const cache = createProcess(prefix);
    const events: CacheEvent[] = [];
    cache.subscribe((event) => events.push(event));
    expect(await cache.peek('rose')).toBeUndefined();
    expect(events[0]).toEqual({ type: 'corrupt', key: 'rose' });
    await cache.getOrLoad('rose', async () => 'Rosa', { lifetime });
    expect(await createProcess(prefix).peek('rose')).toMatchObject({ value: 'Rosa' });
  });

  it('reports callers that want at once what another process loads, or loads for too long', async () => {
    const prefix = uniqueKey('cache');
    const locked = (waitMs: number) => {
      const cache = createCache({ redis, prefix, lock: { ttlMs: 10_000, waitMs }, clock: systemClock });
      const shared: CacheEvent[] = [];
      cache.subscribe((event) => event.type === 'shared' && shared.push(event));
      return { cache, shared };
    };
    const [holder, waiter, hurried] = [locked(0), locked(10_000), locked(50)];
    const [loading, value] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
    const slow = async () => {
      loading.resolve();
      return await value.promise;
    };
    const held = holder.cache.getOrLoad('rose', slow, { lifetime });
    await loading.promise;
    const load = async () => 'Rosa';
    const waiting = [1, 2].map(() => waiter.cache.getOrLoad('rose', load, { lifetime }));
    await hurried.cache.getOrLoad('rose', load, { lifetime });
    value.resolve('Rosa');
    await Promise.all([held, ...waiting]);
    expect({ holder: holder.shared, waiter: waiter.shared, hurried: hurried.shared }).toEqual({
      holder: [],
      waiter: [{ type: 'shared', key: 'rose', callers: 2, loads: 0, isLoadedElsewhere: true }],
      hurried: [{ type: 'shared', key: 'rose', callers: 1, loads: 1, isLoadedElsewhere: true }],
    });
  });

  it('skips an early refresh while another process loads the value', async () => {
    const prefix = uniqueKey('cache');
    const cache = createCache({
      redis,
      prefix,
      lock: { ttlMs: 10_000, waitMs: 0 },
      clock: systemClock,
      random: () => 1,
    });
    const slow = () => sleep(5).then(() => 'Rosa');
    await cache.getOrLoad('rose', slow, { lifetime });
    await redis.client.set(`${prefix}:{rose}:lock`, 'another process', { px: 10_000 });
    const types: string[] = [];
    cache.subscribe(({ type }) => types.push(type));
    const load = () => Promise.reject(new Error('may not load'));
    await cache.peek('rose', { load, lifetime });
    await cache.settled();
    expect(types).toEqual(['hit', 'early_refresh', 'early_refresh_skipped']);
  });

  it('never replaces a value, even a stale one, by a provisional one, in this process or another', async () => {
    const prefix = uniqueKey('cache');
    const provisional = () => ({ ttlMs: 60_000, staleMs: 0, provisional: true });
    const brief = () => ({ ttlMs: 1, staleMs: 60_000 });
    const one = createProcess(prefix);
    await one.getOrLoad('rose', async () => 'good', { lifetime: brief });
    await eventually(() => (one.peekMemory('rose')?.stale ? true : undefined));
    for (const cache of [one, createProcess(prefix)]) {
      let loads = 0;
      const load = async () => {
        loads += 1;
        return 'provisional';
      };
      const ask = () => cache.getOrLoad('rose', load, { lifetime: provisional });
      expect(await ask()).toMatchObject({ value: 'good', source: 'stale', stale: true });
      expect(await ask()).toMatchObject({ value: 'good' });
      expect(loads).toBe(1);
    }
    const other = createProcess(prefix);
    await other.getOrLoad('oak', async () => 'provisional', { lifetime: provisional });
    expect(await createProcess(prefix).peek('oak')).toMatchObject({ value: 'provisional' });
  });
});
