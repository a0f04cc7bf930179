import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { SimulatedRedis } from '../testing/simulated-redis.ts';
import { createCache } from './create-cache.ts';
import type { Cache, CacheEvent } from './types.ts';

const LIFETIME = { ttlMs: 60_000, staleMs: 600_000 };

describe('a value that Redis missed while it was unavailable', () => {
  let clock: FakeClock;
  let redis: SimulatedRedis;

  beforeEach(async () => {
    clock = new FakeClock();
    vi.spyOn(Date, 'now').mockImplementation(() => clock.now());
    redis = await SimulatedRedis.create();
  });
  afterEach(() => {
    redis.close();
    vi.restoreAllMocks();
  });

  function createProcess(): { cache: Cache; events: CacheEvent[]; load: (value: string) => Promise<unknown> } {
    const cache = createCache({ redis: redis.connect(), prefix: 'test', clock, random: () => 0 });
    const events: CacheEvent[] = [];
    cache.subscribe((event) => events.push(event));
    return { cache, events, load: (value) => cache.getOrLoad('rose', async () => value, LIFETIME) };
  }

  const restored = (events: readonly CacheEvent[]) => events.filter(({ type }) => type === 'restored').length;

  it('replaces the older value that Redis kept', async () => {
    const one = createProcess();
    await one.load('old');
    redis.down();
    clock.advance(LIFETIME.ttlMs);
    await one.load('new');
    await redis.up('kept');
    await redis.settle();
    expect(restored(one.events)).toBe(1);
    expect(await createProcess().cache.peek('rose')).toMatchObject({ value: 'new', source: 'redis' });
  });

  it('is tried again, less and less often, for as long as Redis refuses it', async () => {
    const one = createProcess();
    redis.down();
    await one.load('new');
    const command = vi.spyOn(redis, 'command').mockRejectedValue(new Error('NOPERM no permission'));
    await redis.up('kept');
    await redis.settle();
    const triesAt: number[] = [];
    for (let second = 0; second <= 130; second += 1) {
      if (command.mock.calls.length > 0) triesAt.push(second);
      command.mockClear();
      clock.advance(1000);
      await redis.settle();
    }
    expect(triesAt).toEqual([0, 1, 3, 7, 15, 31, 63, 123]);
    command.mockRestore();
    clock.advance(60_000);
    await redis.settle();
    expect(restored(one.events)).toBe(1);
    expect(await createProcess().cache.peek('rose')).toMatchObject({ value: 'new', source: 'redis' });
  });

  it('is restored though Redis refuses another one, before or after it', async () => {
    const one = createProcess();
    /** Lets the pause pass that limits the rate. */
    const nextKey = async () => {
      clock.advance(1);
      await redis.settle();
    };
    redis.down();
    await one.cache.getOrLoad('daisy', async () => 'restored', LIFETIME);
    await one.load('refused');
    await one.cache.getOrLoad('tulip', async () => 'restored', LIFETIME);
    const command = redis.command.bind(redis);
    const refusing = vi.spyOn(redis, 'command').mockImplementation((name, ...args) => {
      const isRefused = args.some((arg) => arg.includes('"refused"'));
      return isRefused ? Promise.reject(new Error('ERR no')) : command(name, ...args);
    });
    await redis.up('kept');
    await redis.settle();
    await nextKey();
    await nextKey();
    const keys = one.events.flatMap((event) => (event.type === 'restored' ? event.key : []));
    expect(keys.toSorted()).toEqual(['daisy', 'tulip']);
    refusing.mockRestore();
    clock.advance(1000);
    await redis.settle();
    expect(await createProcess().cache.peek('rose')).toMatchObject({ value: 'refused', source: 'redis' });
  });

  it('is not tried at each return of a Redis that fails again at once', async () => {
    const one = createProcess();
    redis.down();
    await one.load('new');
    const command = vi.spyOn(redis, 'command').mockRejectedValue(new Error('NOPERM no permission'));
    for (let flap = 0; flap < 5; flap += 1) {
      await redis.up('kept');
      await redis.settle();
      redis.down();
    }
    expect(command).toHaveBeenCalledTimes(1);
    command.mockRestore();
    clock.advance(1000);
    await redis.up('kept');
    await redis.settle();
    expect(restored(one.events)).toBe(1);
  });
});
