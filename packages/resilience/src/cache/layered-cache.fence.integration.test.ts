import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import type { RedisConnection } from '../redis/types.ts';
import { sleep } from '../testing/sleep.ts';
import { createTask } from '../testing/task.ts';
import { TestConnections, TRANSPORTS } from '../testing/test-connections.ts';
import { eventually, testRedisUrl, uniqueKey } from '../testing/test-redis.ts';
import { createCache } from './create-cache.ts';
import type { CacheEvent } from './types.ts';

describe.skipIf(!testRedisUrl).each(TRANSPORTS)('a fill under a lease over %s', (transport) => {
  let connections: TestConnections;
  let redis: RedisConnection;

  beforeAll(async () => {
    connections = await TestConnections.open(transport);
    [redis] = connections.all;
  });
  afterAll(() => connections[Symbol.asyncDispose]());

  const lifetime = () => ({ ttlMs: 60_000, staleMs: 60_000 });

  function createProcess(prefix: string, events: CacheEvent[] = [], random: () => number = Math.random) {
    const lock = { ttlMs: 10_000, waitMs: 10_000 };
    const cache = createCache({ redis, prefix, lock, memory: { maxEntries: 10 }, clock: systemClock, random });
    cache.subscribe((event) => events.push(event));
    return cache;
  }

  it('wakes the waiting process, which then loads nothing', async () => {
    const prefix = uniqueKey('fence');
    const events: CacheEvent[] = [];
    const [one, other] = [createProcess(prefix), createProcess(prefix, events)];
    const task = createTask<string>();
    const loading = Promise.withResolvers<void>();
    one.subscribe(({ type }) => type === 'loading' && loading.resolve());
    const first = one.getOrLoad('rose', task.work, { lifetime });
    await loading.promise;
    const second = other.getOrLoad('rose', () => Promise.reject(new Error('not needed')), { lifetime });
    task.resolve('Rosa');
    expect(await first).toMatchObject({ value: 'Rosa', source: 'loaded' });
    expect(await second).toMatchObject({ value: 'Rosa', source: 'redis' });
    expect(events).toContainEqual({ type: 'filled_remotely', key: 'rose', waitedFor: 'lease' });
  });

  it('is not repeated by the early refresh of a process that finds it in Redis', async () => {
    const prefix = uniqueKey('fence');
    const highestDraw = () => 1 - Number.EPSILON;
    const [one, other] = [createProcess(prefix, [], highestDraw), createProcess(prefix, [], highestDraw)];
    // A load this long makes a refresh due at any time.
    const slow = async () => {
      await sleep(10);
      return 'old';
    };
    const long = () => ({ ttlMs: 300, staleMs: 60_000 });
    await one.getOrLoad('rose', slow, { lifetime: long });
    await other.getOrLoad('rose', slow, { lifetime: long });
    const refreshed = Promise.withResolvers<void>();
    one.subscribe(({ type }) => type === 'loaded' && refreshed.resolve());
    await one.getOrLoad('rose', async () => 'new', { lifetime, refreshEarly: true });
    await refreshed.promise;
    await eventually(() => (one.peekMemory('rose')?.value === 'new' ? true : undefined));
    const refuse = () => Promise.reject(new Error('not needed'));
    expect(await other.getOrLoad('rose', refuse, { lifetime, refreshEarly: true })).toMatchObject({ stale: false });
    await eventually(() => (other.peekMemory('rose')?.value === 'new' ? true : undefined));
    expect(other.peekMemory('rose')).toMatchObject({ value: 'new' });
  });

  it('of an overtaken holder is fenced off', async () => {
    const prefix = uniqueKey('fence');
    const events: CacheEvent[] = [];
    const slow = createTask<string>();
    const loading = Promise.withResolvers<void>();
    const late = createProcess(prefix, events);
    late.subscribe(({ type }) => type === 'loading' && loading.resolve());
    const overtaken = late.getOrLoad('rose', slow.work, { lifetime });
    await loading.promise;
    await redis.client.del(`${prefix}:{rose}:lock`);
    await createProcess(prefix).getOrLoad('rose', async () => 'newer', { lifetime });
    slow.resolve('older');
    expect(await overtaken).toMatchObject({ value: 'older' });
    expect(events).toContainEqual({ type: 'fenced_off', key: 'rose' });
    expect(late.peekMemory('rose')).toBeUndefined();
    expect(await createProcess(prefix).peek('rose')).toMatchObject({ value: 'newer' });
  });
});
