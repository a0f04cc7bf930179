import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLeases } from '../lease/leases.ts';
import type { Leases } from '../lease/types.ts';
import type { RedisConnection } from '../redis/types.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { SimulatedRedis } from '../testing/simulated-redis.ts';
import { createTask } from '../testing/task.ts';
import { createCache } from './create-cache.ts';
import type { CacheOptions } from './types.ts';

const MINUTE = 60_000;
const LOCK = { ttlMs: 10_000, waitMs: 40_000 };

let redis: SimulatedRedis;
let connection: RedisConnection;
let clock: FakeClock;

beforeEach(async () => {
  redis = await SimulatedRedis.create();
  connection = redis.connect();
  clock = new FakeClock();
});
afterEach(() => redis.close());

const create = (options: Partial<CacheOptions> = {}) =>
  createCache({ redis: connection, prefix: 'test', clock, ...options });

describe('createCache', () => {
  it.each([0, 1.5, Number.NaN])('refuses maxEntries of %d', (maxEntries) => {
    expect(() => create({ memory: { maxEntries } })).toThrow(/^maxEntries must/);
  });

  it.each([
    ['lock.waitMs', { waitMs: Number.POSITIVE_INFINITY }],
    ['lock.ttlMs', { ttlMs: 99, waitMs: 0 }],
    ['lock.maxHoldMs', { waitMs: 0, maxHoldMs: 0 }],
  ])('refuses a %s out of range', (name, lock) => {
    expect(() => create({ lock })).toThrow(`${name} must be a`);
  });

  it('needs a connection and a prefix only', async () => {
    const cache = createCache({ redis: connection, prefix: 'test' });
    const load = async () => 'Rosa';
    expect(await cache.getOrLoad('rose', load, { ttlMs: MINUTE })).toMatchObject({ value: 'Rosa', source: 'loaded' });
    expect(await cache.getOrLoad('rose', load, { ttlMs: MINUTE })).toMatchObject({ value: 'Rosa', source: 'memory' });
    expect(await redis.command('EXISTS', 'test:{rose}:fence')).toBe(0);
  });
});

describe('the lock of a cache', () => {
  it('acquires its lease through the decorated leases', async () => {
    const acquired: string[] = [];
    const decorate = (leases: Leases): Leases => ({
      withLease: (...wanted) => leases.withLease(...wanted),
      current: () => leases.current(),
      subscribe: (listener) => leases.subscribe(listener),
      async acquire(name, ...options) {
        const acquisition = await leases.acquire(name, ...options);
        acquired.push(`${name} ${acquisition.type}`);
        return acquisition;
      },
    });
    await create({ lock: { ...LOCK, decorate } }).getOrLoad('rose', async () => 'Rosa', { ttlMs: MINUTE });
    expect(acquired).toEqual(['rose acquired']);
  });

  it('lists its leases with the callers that wait for the value beside the first', async () => {
    const task = createTask<string>();
    const cache = create({ lock: { ...LOCK, owner: 'worker' } });
    const loading = Array.from({ length: 4 }, () => cache.getOrLoad('rose', task.work, { ttlMs: MINUTE }));
    await redis.settle();
    const owner = await redis.command('GET', 'test:{rose}:lock');
    expect(cache.leases()).toEqual([{ lease: 'rose', held: { owner, heldMs: 0 }, waiting: 3 }]);
    task.resolve('Rosa');
    await Promise.all(loading);
    expect(cache.leases()).toEqual([]);
  });

  it('has the keys, the owner and the fence that leases of the same prefix have', async () => {
    const task = createTask<string>();
    const loading = create({ lock: { ...LOCK, owner: 'worker' } }).getOrLoad('rose', task.work, { ttlMs: MINUTE });
    await redis.settle();
    const owner = await redis.command('GET', 'test:{rose}:lock');
    expect(owner).toMatch(new RegExp(`^worker-.+-${process.pid}-\\d+$`));
    expect(await redis.command('GET', 'test:{rose}:fence')).toMatch(new RegExp(`^\\d+ ${String(owner)}$`));
    task.resolve('Rosa');
    await loading;
    expect(await redis.command('KEYS', '*')).toEqual(
      expect.arrayContaining(['test:{rose}:fence', 'test:{rose}:value']),
    );
    expect(await redis.command('EXISTS', 'test:{rose}:lock')).toBe(0);
  });

  it('names its owner by the prefix unless told otherwise', async () => {
    const task = createTask<string>();
    const loading = create({ lock: LOCK }).getOrLoad('rose', task.work, { ttlMs: MINUTE });
    await redis.settle();
    expect(await redis.command('GET', 'test:{rose}:lock')).toMatch(/^test-/);
    task.resolve('Rosa');
    await loading;
  });

  it('waits for an instance that makes its leases by itself, with the same prefix', async () => {
    const leases = createLeases({ redis: redis.connect(), prefix: 'test', owner: 'older', clock });
    const acquisition = await leases.acquire('rose', LOCK);
    if (acquisition.type !== 'acquired') throw new Error('the lease is free');
    const task = createTask<string>();
    const loading = create({ lock: LOCK }).getOrLoad('rose', task.work, { ttlMs: MINUTE });
    await redis.settle();
    expect(task.calls()).toBe(0);
    await acquisition.lease.release();
    await redis.settle();
    expect(task.calls()).toBe(1);
    task.resolve('Rosa');
    await loading;
  });

  it('reports its leases to subscribers, and nothing when there is none', async () => {
    const types: string[] = [];
    for (const lock of [LOCK, false] as const) {
      const cache = create({ lock });
      cache.subscribeToLock(({ type }) => types.push(type));
      await cache.getOrLoad(lock ? 'locked' : 'unlocked', async () => 'Rosa', { ttlMs: MINUTE });
      await redis.settle();
    }
    expect(types).toEqual(['attempting', 'acquired', 'released']);
  });
});

describe('a load', () => {
  it('with an invalid lifetime of its value fails and releases its lease', async () => {
    const cache = create({ lock: LOCK });
    const loading = cache.getOrLoad('rose', async () => 'Rosa', { lifetime: () => ({ ttlMs: 0 }) });
    await expect(loading).rejects.toThrow(/^ttlMs must/);
    await redis.settle();
    expect(await redis.command('EXISTS', 'test:{rose}:lock')).toBe(0);
  });

  it('with invalid times is refused before it begins', async () => {
    const task = createTask<string>();
    const cache = create();
    await expect(cache.getOrLoad('rose', task.work, { ttlMs: 0 })).rejects.toThrow(/^ttlMs must/);
    await expect(cache.getOrLoad('rose', task.work, { ttlMs: 1, staleMs: -1 })).rejects.toThrow(/^staleMs must/);
    expect(task.calls()).toBe(0);
  });

  it.each(['memory', 'redis'])('with invalid options is refused even if %s has a fresh value', async (tier) => {
    const filled = create();
    await filled.getOrLoad('rose', async () => 'Rosa', { ttlMs: MINUTE });
    const cache = tier === 'memory' ? filled : create();
    const [load, commands] = [async () => 'Rosa', redis.commands.length];
    await expect(cache.getOrLoad('rose', load, { ttlMs: 0 })).rejects.toThrow(/^ttlMs must/);
    await expect(cache.peek('rose', { load, ttlMs: 1, staleRetryMs: -1 })).rejects.toThrow(/^staleRetryMs must/);
    expect(redis.commands).toHaveLength(commands);
  });

  it('of a provisional value returns the fresh value that another process stored meanwhile, which is not stale', async () => {
    const [cache, other] = [create(), create()];
    const types: string[] = [];
    cache.subscribe(({ type }) => types.push(type));
    const load = async () => {
      await other.getOrLoad('rose', async () => 'good', { ttlMs: MINUTE });
      return 'provisional';
    };
    const loaded = await cache.getOrLoad('rose', load, { ttlMs: MINUTE, provisional: true });
    expect(loaded).toEqual({ value: 'good', source: 'redis', ageMs: 0, stale: false, joined: false });
    expect(types).toEqual(['loading', 'loaded', 'stored']);
  });

  it('takes plain times, and keeps no stale value unless told to', async () => {
    const cache = create();
    await cache.getOrLoad('rose', async () => 'Rosa', { ttlMs: MINUTE });
    await cache.getOrLoad('oak', async () => 'Quercus', { ttlMs: MINUTE, staleMs: 2 * MINUTE });
    clock.advance(MINUTE);
    expect({ rose: cache.peekMemory('rose'), oak: cache.peekMemory('oak') }).toMatchObject({
      rose: undefined,
      oak: { value: 'Quercus', stale: true },
    });
  });
});
