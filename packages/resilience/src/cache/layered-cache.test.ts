import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryRedis } from '../testing/memory-redis.ts';
import { createTask } from '../testing/task.ts';
import { createCache } from './create-cache.ts';
import type { Cache, CacheEvent, Lifetime } from './types.ts';

const MINUTE = 60_000;
const lifetime = (): Lifetime => ({ ttlMs: MINUTE, staleMs: 10 * MINUTE });

let clock: FakeClock;
let redis: MemoryRedis;
let cache: Cache;
let events: CacheEvent[];

/** Stands for another process on the same Redis. */
function createProcess(maxEntries = 100, random?: () => number): Cache {
  const options = { redis: redis.connection(), prefix: 'plants', memory: { maxEntries }, clock };
  return createCache(random ? { ...options, random } : options);
}

beforeEach(() => {
  clock = new FakeClock();
  redis = new MemoryRedis(clock);
  cache = createProcess();
  events = [];
  cache.subscribe((event) => events.push(event));
});

const put = (value: unknown, key = 'rose') => cache.getOrLoad(key, async () => value, { lifetime });

describe('a value', () => {
  it.each([null, 0, '', false, [], { name: 'Rosa' }])(
    '%j is found in memory, and in Redis by other processes',
    async (value) => {
      expect(await put(value)).toEqual({ value, source: 'loaded', ageMs: 0, stale: false, joined: false });
      clock.advance(10);
      expect(cache.peekMemory('rose')).toEqual({ value, source: 'memory', ageMs: 10, stale: false });
      const other = createProcess();
      expect(other.peekMemory('rose')).toBeUndefined();
      expect(await other.peek('rose')).toEqual({ value, source: 'redis', ageMs: 10, stale: false });
      expect(await other.peek('rose')).toMatchObject({ source: 'memory' });
    },
  );

  it('is loaded once, however many callers ask at the same time', async () => {
    const task = createTask<string>();
    const asked = Array.from({ length: 1000 }, () => cache.getOrLoad('rose', task.work, { lifetime }));
    task.resolve('Rosa');
    const answers = await Promise.all(asked);
    expect(task.calls()).toBe(1);
    expect(answers.filter(({ joined }) => !joined)).toHaveLength(1);
    expect(new Set(answers.map(({ value }) => value))).toEqual(new Set(['Rosa']));
  });

  it('is not loaded when it is cached', async () => {
    await put('Rosa');
    const task = createTask<string>();
    expect(await cache.getOrLoad('rose', task.work, { lifetime })).toMatchObject({ value: 'Rosa', source: 'memory' });
    expect(await createProcess().getOrLoad('rose', task.work, { lifetime })).toMatchObject({ source: 'redis' });
    expect(task.calls()).toBe(0);
  });

  it('is kept in Redis under one key, which expires after staleMs', async () => {
    await put('Rosa');
    expect([...redis.entries.keys()]).toEqual(['plants:{rose}:value']);
    clock.advance(10 * MINUTE - 1);
    expect(await createProcess().peek('rose')).toMatchObject({ stale: true });
    clock.advance(1);
    expect(await createProcess().peek('rose')).toBeUndefined();
    expect(await cache.peek('rose')).toBeUndefined();
  });

  it('may be returned without being kept', async () => {
    const skipped = await cache.getOrLoad('rose', async () => 'unsure', { lifetime: () => 'skip' });
    expect(skipped).toMatchObject({ value: 'unsure', source: 'loaded' });
    expect(redis.entries.size).toBe(0);
    expect(await cache.peek('rose')).toBeUndefined();
  });

  it.each([undefined, () => 'Rosa', 1n, Number.NaN, Number.POSITIVE_INFINITY])(
    '%s is not a JSON value: the load fails and nothing is stored',
    async (value) => {
      await expect(put(value)).rejects.toThrow(/^the load of rose returned .* JSON cannot represent/);
      const skipped = cache.getOrLoad('rose', async () => value, { lifetime: () => 'skip' });
      await expect(skipped).rejects.toBeInstanceOf(TypeError);
      expect({ inMemory: cache.peekMemory('rose'), inRedis: redis.entries.size }).toEqual({
        inMemory: undefined,
        inRedis: 0,
      });
      expect(await put('Rosa')).toMatchObject({ value: 'Rosa', source: 'loaded' });
    },
  );

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('is refused with a staleRetryMs of %d', async (staleRetryMs) => {
    const load = async () => 'Rosa';
    await expect(cache.getOrLoad('rose', load, { lifetime, staleRetryMs })).rejects.toThrow(/^staleRetryMs must/);
    const eager = createProcess(10, () => 1);
    const slow = async () => {
      clock.advance(1);
      return 'Rosa';
    };
    await eager.getOrLoad('rose', slow, { lifetime });
    await expect(eager.peek('rose', { load, lifetime, staleRetryMs })).rejects.toThrow(/^staleRetryMs must/);
  });

  it('leaves a full memory tier, and is found in Redis', async () => {
    const small = createProcess(2);
    for (const key of ['a', 'b', 'c']) await small.getOrLoad(key, async () => key, { lifetime });
    expect(small.peekMemory('a')).toBeUndefined();
    expect(await small.peek('a')).toMatchObject({ value: 'a', source: 'redis' });
  });
});

describe('a stale value', () => {
  it('is marked as stale, and loaded again', async () => {
    await put('old');
    clock.advance(MINUTE);
    expect(cache.peekMemory('rose')).toEqual({ value: 'old', source: 'memory', ageMs: MINUTE, stale: true });
    expect(await put('new')).toMatchObject({ value: 'new', source: 'loaded', stale: false });
  });

  it('is returned in place of a failed load for staleRetryMs, if that is given', async () => {
    await put('old');
    clock.advance(MINUTE);
    const loads: number[] = [];
    const failing = () => {
      loads.push(clock.monotonic());
      return Promise.reject(new Error('withered'));
    };
    await expect(cache.getOrLoad('rose', failing, { lifetime })).rejects.toThrow('withered');
    const ask = () => cache.getOrLoad('rose', failing, { lifetime, staleRetryMs: 1000 });
    const stale = { value: 'old', source: 'stale', ageMs: MINUTE, stale: true, joined: false };
    expect(await ask()).toEqual(stale);
    expect(await ask()).toEqual(stale);
    expect(loads).toHaveLength(2);
    clock.advance(1000);
    expect(await ask()).toMatchObject({ source: 'stale' });
    expect(loads).toHaveLength(3);
    expect(events.filter(({ type }) => type === 'stale_served')).toHaveLength(3);
  });

  it('in memory is replaced by a fresh one that another process wrote', async () => {
    await put('old');
    clock.advance(MINUTE);
    await createProcess().getOrLoad('rose', async () => 'new', { lifetime });
    clock.advance(5);
    expect(await cache.peek('rose')).toEqual({ value: 'new', source: 'redis', ageMs: 5, stale: false });
  });
});

describe('an early refresh', () => {
  const slowly = (value: string) => async () => {
    clock.advance(2000);
    return value;
  };
  const read = (of: Cache, value: string) =>
    of.getOrLoad('rose', slowly(value), { lifetime, refreshEarly: true }).then((loaded) => loaded.value);

  it('returns the fresh value at once and has the next one ready', async () => {
    const eager = createProcess(100, () => 1 - Number.EPSILON);
    expect(await read(eager, 'old')).toBe('old');
    clock.advance(MINUTE - 3000);
    expect(await read(eager, 'new')).toBe('old');
    await new Promise(setImmediate);
    expect(eager.peekMemory('rose')).toMatchObject({ value: 'new', ageMs: 0, stale: false });
  });

  it('that fails affects no caller', async () => {
    const eager = createProcess(100, () => 1 - Number.EPSILON);
    const types: string[] = [];
    eager.subscribe(({ type }) => types.push(type));
    await read(eager, 'old');
    clock.advance(MINUTE - 3000);
    const failing = () => Promise.reject(new Error('withered'));
    expect(await eager.getOrLoad('rose', failing, { lifetime, refreshEarly: true })).toMatchObject({ value: 'old' });
    await new Promise(setImmediate);
    const first = ['loading', 'loaded', 'stored'];
    expect(types).toEqual([...first, 'hit', 'early_refresh', 'loading', 'early_refresh_failed']);
  });

  it('reports its end', async () => {
    const eager = createProcess(100, () => 1 - Number.EPSILON);
    await read(eager, 'old');
    clock.advance(MINUTE - 3000);
    const types: string[] = [];
    eager.subscribe(({ type }) => types.push(type));
    await read(eager, 'new');
    await new Promise(setImmediate);
    expect(types).toEqual(['hit', 'early_refresh', 'loading', 'loaded', 'stored', 'early_refreshed']);
  });

  it('is started by a peek, too, and not again for staleRetryMs after it failed', async () => {
    const eager = createProcess(100, () => 1 - Number.EPSILON);
    await read(eager, 'old');
    clock.advance(MINUTE - 3000);
    let loads = 0;
    const load = () => {
      loads += 1;
      return Promise.reject(new Error('withered'));
    };
    const look = async () => {
      expect(await eager.peek('rose', { load, lifetime, staleRetryMs: 1000 })).toMatchObject({ value: 'old' });
      await new Promise(setImmediate);
    };
    await look();
    await look();
    expect(loads).toBe(1);
    clock.advance(1000);
    await look();
    expect(loads).toBe(2);
  });

  it('is not started for a provisional value, which just expires', async () => {
    const eager = createProcess(100, () => 1 - Number.EPSILON);
    const provisional = () => ({ ...lifetime(), provisional: true });
    redis.isDown = true;
    await eager.getOrLoad('rose', slowly('unsure'), { lifetime: provisional });
    clock.advance(MINUTE - 3000);
    const types: string[] = [];
    eager.subscribe(({ type }) => types.push(type));
    await eager.peek('rose', { load: slowly('new'), lifetime: provisional });
    expect(types).toEqual(['hit']);
    expect(eager.peekMemory('rose')).toMatchObject({ value: 'unsure' });
  });
});

describe('a failed load', () => {
  it('is shared by all waiting callers, and the next caller tries again', async () => {
    const task = createTask<string>();
    const error = new Error('withered');
    const asked = [1, 2, 3].map(() => cache.getOrLoad('rose', task.work, { lifetime }));
    task.reject(error);
    for (const answer of asked) await expect(answer).rejects.toBe(error);
    expect(task.calls()).toBe(1);
    expect(await put('Rosa')).toMatchObject({ value: 'Rosa' });
  });
});

describe('an abort', () => {
  it('detaches its caller, while the load goes on and is kept', async () => {
    const task = createTask<string>();
    const controller = new AbortController();
    const leaver = cache.getOrLoad('rose', task.work, { lifetime, signal: controller.signal });
    const stayer = cache.getOrLoad('rose', task.work, { lifetime });
    controller.abort(new Error('gone'));
    await expect(leaver).rejects.toThrow('gone');
    task.resolve('Rosa');
    await stayer;
    expect(cache.peekMemory('rose')).toMatchObject({ value: 'Rosa' });
  });
});

describe('foreign data in Redis', () => {
  it.each(['not json', '{"v":1', '7', '"text"', '[]', '{"v":99,"value":1,"writtenAt":1,"ttlMs":1,"staleMs":1}'])(
    '%s is a miss and an event, and is overwritten',
    async (bytes) => {
      redis.entries.set('plants:{rose}:value', { value: bytes, until: Number.POSITIVE_INFINITY });
      expect(await cache.peek('rose')).toBeUndefined();
      expect(events).toEqual([
        { type: 'corrupt', key: 'rose' },
        { type: 'miss', key: 'rose' },
      ]);
      await put('Rosa');
      expect(await createProcess().peek('rose')).toMatchObject({ value: 'Rosa' });
    },
  );
});

describe('a cache without Redis', () => {
  it('loads, keeps values in memory, and reports the failures of Redis', async () => {
    redis.isDown = true;
    expect(await put('Rosa')).toMatchObject({ value: 'Rosa', source: 'loaded' });
    expect(await cache.peek('rose')).toMatchObject({ value: 'Rosa', source: 'memory' });
    expect(events.map((event) => (event.type === 'redis_failed' ? event.during : event.type))).toEqual([
      'read',
      'loading',
      'loaded',
      'write',
      'hit',
    ]);
  });

  it('still has the stale values of the memory tier', async () => {
    await put('Rosa');
    clock.advance(MINUTE);
    redis.isDown = true;
    expect(await cache.peek('rose')).toMatchObject({ value: 'Rosa', source: 'memory', stale: true });
  });
});

describe('the events of a cache', () => {
  it('report the callers that shared a load', async () => {
    const ask = () => cache.getOrLoad('rose', async () => 'Rosa', { lifetime });
    await Promise.all([ask(), ask(), ask()]);
    expect(events.slice(-3)).toEqual([
      { type: 'shared', key: 'rose', callers: 3, loads: 1, isLoadedElsewhere: false },
      { type: 'joined', key: 'rose', stale: false },
      { type: 'joined', key: 'rose', stale: false },
    ]);
  });

  it('report no callers that shared a value of Redis, which needed no load', async () => {
    await put('Rosa');
    const other = createProcess();
    const seen: CacheEvent[] = [];
    other.subscribe((event) => seen.push(event));
    await Promise.all([1, 2].map(() => other.getOrLoad('rose', async () => 'Rosa', { lifetime })));
    expect(seen).toEqual([
      { type: 'hit', key: 'rose', by: 'getOrLoad', source: 'redis', ageMs: 0 },
      { type: 'joined', key: 'rose', stale: false },
    ]);
  });

  it('report callers that shared a failed load, and none that were alone', async () => {
    const fail = () => Promise.reject(new Error('withered'));
    await Promise.allSettled([1, 2].map(() => cache.getOrLoad('rose', fail, { lifetime })));
    await put('Rosa');
    await put('Quercus', 'oak');
    expect(events.filter(({ type }) => type === 'shared')).toEqual([
      { type: 'shared', key: 'rose', callers: 2, loads: 1, isLoadedElsewhere: false },
    ]);
  });

  it('report hits, misses and how long a load took', async () => {
    const task = createTask<string>();
    await cache.peek('rose');
    const asked = cache.getOrLoad('rose', task.work, { lifetime });
    await new Promise(setImmediate);
    clock.advance(300);
    task.resolve('Rosa');
    await asked;
    await cache.peek('rose');
    expect(events).toEqual([
      { type: 'miss', key: 'rose' },
      { type: 'loading', key: 'rose', lease: 'none' },
      { type: 'loaded', key: 'rose', loadMs: 300 },
      { type: 'stored', key: 'rose' },
      { type: 'hit', key: 'rose', by: 'peek', source: 'memory', ageMs: 0 },
    ]);
  });
});
