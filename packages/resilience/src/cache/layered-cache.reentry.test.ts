import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LeaseReentryError } from '../lease/errors.ts';
import { createLeases } from '../lease/leases.ts';
import { ReentrantCallError } from '../single-flight.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { SimulatedRedis } from '../testing/simulated-redis.ts';
import { createCache } from './create-cache.ts';
import type { Cache, CacheEvent, LoadOptions } from './types.ts';

const options: LoadOptions<string> = { lifetime: () => ({ ttlMs: 60_000, staleMs: 60_000 }), refreshEarly: true };
const LOCK = { ttlMs: 30_000, waitMs: 40_000 };

let clock: FakeClock;
let redis: SimulatedRedis;

beforeEach(async () => {
  clock = new FakeClock();
  redis = await SimulatedRedis.create();
});
afterEach(() => redis.close());

function createProcess() {
  const shared = { redis: redis.connect(), prefix: 'test', clock };
  const leases = createLeases({ ...shared, owner: 'test' });
  // The highest draw: a fresh value is refreshed at each look.
  const cache = createCache({ ...shared, lock: LOCK, memory: { maxEntries: 10 }, random: () => 1 });
  return { leases, cache };
}

describe('a load that asks for its own key', () => {
  let cache: Cache;
  beforeEach(() => {
    ({ cache } = createProcess());
  });

  const get = (key: string, load: () => Promise<string>) => cache.getOrLoad(key, load, options);
  const leaf = async () => {
    clock.advance(1);
    return 'Rosa';
  };

  it('fails at once and releases its lease', async () => {
    const asked = get('rose', async () => (await get('rose', leaf)).value);
    await expect(asked).rejects.toBeInstanceOf(ReentrantCallError);
    await redis.settle();
    expect(await redis.command('EXISTS', 'test:{rose}:lock')).toBe(0);
    expect(await get('rose', leaf)).toMatchObject({ value: 'Rosa', source: 'loaded' });
  });

  it('fails at once, also through the loads of other keys', async () => {
    const viaFern = async () => (await get('fern', viaMoss)).value;
    const viaMoss = async () => (await get('moss', viaRose)).value;
    const viaRose = async () => (await get('rose', leaf)).value;
    await expect(get('rose', viaFern)).rejects.toThrow(/rose -> fern -> moss -> rose$/);
  });

  it('fails at once in an early refresh whose value has expired meanwhile', async () => {
    const events: CacheEvent[] = [];
    cache.subscribe((event) => events.push(event));
    await get('rose', leaf);
    const reload = async () => {
      clock.advance(60_000);
      return (await get('rose', leaf)).value;
    };
    await get('rose', reload);
    await redis.settle();
    expect(events.at(-1)).toMatchObject({ type: 'early_refresh_failed', error: { code: 'reentrant_call' } });
  });

  it('gets the value when it is in memory', async () => {
    await get('rose', leaf);
    expect(await get('fern', async () => (await get('rose', leaf)).value)).toMatchObject({ value: 'Rosa' });
  });

  it('does not deadlock on a refresh that it starts', async () => {
    const events: CacheEvent[] = [];
    cache.subscribe((event) => events.push(event));
    await get('rose', leaf);
    const loadFern = async (): Promise<string> => {
      const early = async () => (await get('fern', leaf)).value;
      const { value } = await get('rose', early);
      await redis.settle();
      return value;
    };
    expect(await get('fern', loadFern)).toMatchObject({ value: 'Rosa' });
    await redis.settle();
    expect(events.map(({ type }) => type)).toContain('early_refresh');
    expect(events.filter(({ type }) => type === 'early_refresh_failed')).toEqual([]);
  });
});

describe('work that holds a lease and asks for it', () => {
  const hold = { ttlMs: 30_000, waitMs: 40_000 };

  it('is refused, directly and through a load under that lease', async () => {
    const { leases, cache } = createProcess();
    const nested = leases.withLease('rose', hold, () => leases.withLease('rose', hold, async () => 'Rosa'));
    await expect(nested).rejects.toBeInstanceOf(LeaseReentryError);
    const loading = leases.withLease('rose', hold, () => cache.getOrLoad('rose', async () => 'Rosa', options));
    await expect(loading).rejects.toBeInstanceOf(LeaseReentryError);
    expect(await redis.command('EXISTS', 'test:{rose}:lock')).toBe(0);
  });

  it('may ask for another lease, and for the same one once it has ended', async () => {
    const { leases } = createProcess();
    const ended = Promise.withResolvers<void>();
    let later: Promise<string> = Promise.resolve('');
    const other = await leases.withLease('rose', hold, async () => {
      later = ended.promise.then(() => leases.withLease('rose', hold, async () => 'again'));
      return leases.withLease('fern', hold, async () => 'other');
    });
    ended.resolve();
    expect({ other, later: await later }).toEqual({ other: 'other', later: 'again' });
  });
});
