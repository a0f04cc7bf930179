import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../clock.ts';
import { connectRedis } from '../redis/connect.ts';
import type { RedisConnection } from '../redis/types.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { eventually } from '../testing/test-redis.ts';
import { createCache } from './create-cache.ts';
import { type Envelope, encode } from './envelope.ts';
import { RedisStore } from './redis-store.ts';
import type { Cache, CacheEvent, Lifetime } from './types.ts';

const KEYS = Array.from({ length: 40 }, (_, n) => `photo-${n}`);
const MARKER = 'resilience:data';
const NOTICED_WITHIN_MS = 20_000;
const lifetime = (): Lifetime => ({ ttlMs: 60_000, staleMs: 600_000 });

describe.skipIf(!hasRedisServer)('a Redis that loses data', () => {
  let server: RedisServer;
  let connections: RedisConnection[];

  beforeAll(async () => {
    server = await RedisServer.prepare();
  });
  beforeEach(async () => {
    await server.start();
    connections = [];
  });
  afterEach(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await server.kill();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function createProcess(
    clock: Clock = systemClock,
  ): Promise<{ redis: RedisConnection; cache: Cache; events: CacheEvent[] }> {
    const redis = await connectRedis({ url: server.url }, { timeoutMs: 2000, readyWaitMs: 5000, clock });
    connections.push(redis);
    const shared = { redis, prefix: 'answer', clock };
    const cache = createCache({ ...shared, lock: { ttlMs: 10_000, waitMs: 10_000 }, memory: { maxEntries: 100 } });
    const events: CacheEvent[] = [];
    cache.subscribe((event) => events.push(event));
    return { redis, cache, events };
  }

  const fill = (cache: Cache) =>
    Promise.all(KEYS.map((key) => cache.getOrLoad(key, async () => `answer to ${key}`, { lifetime })));
  /** Resolves once the process knows the marker: it cannot notice a loss before that. */
  async function marked({ redis: { client } }: { redis: RedisConnection }): Promise<void> {
    await eventually(async () => ((await client.exists(MARKER)) === 1 ? true : undefined), NOTICED_WITHIN_MS);
    // The poll that has just set the marker still has to read it, on the same connection.
    for (let n = 0; n < 5; n += 1) await client.ping();
  }
  const restored = (events: CacheEvent[]) => events.filter(({ type }) => type === 'restored');

  /** Counts the values that a process that starts now has to load. */
  async function loadsOfNewcomer(): Promise<number> {
    const { cache } = await createProcess();
    let loads = 0;
    const load = async () => {
      loads += 1;
      return 'bought again';
    };
    await Promise.all(KEYS.map((key) => cache.getOrLoad(key, load, { lifetime })));
    return loads;
  }

  it('by FLUSHALL gets the memory tier of a process back', { timeout: 60_000 }, async () => {
    const one = await createProcess();
    await fill(one.cache);
    await marked(one);
    await one.redis.client.flushall();
    await eventually(() => (restored(one.events).length === KEYS.length ? true : undefined), NOTICED_WITHIN_MS);
    expect(await loadsOfNewcomer()).toBe(0);
    const leftMs = await one.redis.client.pttl('answer:{photo-0}:value');
    expect(leftMs).toBeGreaterThan(500_000);
    expect(leftMs).toBeLessThanOrEqual(600_000);
  });

  it('again while being restored gets all values back, including those restored before', {
    timeout: 60_000,
  }, async () => {
    const clock = new FakeClock();
    const one = await createProcess(clock);
    await fill(one.cache);
    clock.advance(2000);
    await marked(one);
    const { client: redis } = one.redis;
    await redis.flushall();
    clock.advance(2000);
    // The restorer pauses after each value, by the fake clock.
    await eventually(() => (restored(one.events).length === 1 ? true : undefined));
    await redis.flushall();
    clock.advance(2000);
    const values = await eventually(async () => {
      clock.advance(1);
      const found = await redis.exists(...KEYS.map((key) => `answer:{${key}}:value`));
      return found === KEYS.length ? found : undefined;
    }, NOTICED_WITHIN_MS);
    expect(values).toBe(KEYS.length);
  });

  it('by a restart gets the memory tier of a process back', { timeout: 60_000 }, async () => {
    const one = await createProcess();
    await fill(one.cache);
    await marked(one);
    await server.kill();
    await server.start();
    await eventually(() => (restored(one.events).length === KEYS.length ? true : undefined), NOTICED_WITHIN_MS);
    expect(await loadsOfNewcomer()).toBe(0);
  });

  it('gets the values that were loaded while it was unavailable', { timeout: 60_000 }, async () => {
    const one = await createProcess();
    await server.kill();
    await eventually(() => (one.redis.isReady() ? undefined : true));
    await fill(one.cache);
    await server.start();
    await eventually(() => (restored(one.events).length === KEYS.length ? true : undefined), NOTICED_WITHIN_MS);
    expect(await loadsOfNewcomer()).toBe(0);
  });

  it('keeps newer values, and values that are not provisional', async () => {
    const { redis } = await createProcess();
    const store = new RedisStore(redis.client, 'answer', systemClock);
    const now = systemClock.now();
    const old = encode('old', lifetime(), now - 1000, 1);
    const provisional = encode('unsure', { ...lifetime(), provisional: true }, now, 1);
    const sure = encode('sure', lifetime(), now - 500, 1);
    await store.write('rose', sure, undefined);
    const outdatedBy = (envelope: Envelope) =>
      store.outdated(
        new Map([
          ['rose', envelope],
          ['fern', envelope],
        ]),
      );
    for (const envelope of [old, provisional, sure]) expect(await outdatedBy(envelope)).toEqual(['fern']);
    expect(await outdatedBy(encode('late', lifetime(), now, 1))).toEqual(['rose', 'fern']);
    const written = [];
    for (const envelope of [old, provisional, sure]) written.push(await store.restore('rose', envelope, 10_000));
    expect(written).toEqual([0, 0, 0]);
    expect(await store.read('rose')).toMatchObject({ envelope: { value: 'sure' } });
    expect(await store.restore('fern', provisional, 10_000)).toBeGreaterThan(0);
    expect(await store.restore('fern', encode('late', lifetime(), now + 1, 1), 10_000)).toBeGreaterThan(0);
    expect(await store.read('fern')).toMatchObject({ envelope: { value: 'late' } });
    expect(await store.restore('moss', encode('x'.repeat(10_000), lifetime(), now, 1), 10_000)).toBe(0);
    expect(await store.restore('moss', encode('苔'.repeat(5000), lifetime(), now, 1), 10_000)).toBe(0);
  });
});
