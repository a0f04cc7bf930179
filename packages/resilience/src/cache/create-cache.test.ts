import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLeases } from '../lease/leases.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { SimulatedRedis } from '../testing/simulated-redis.ts';
import { checkLifetime } from './check-cache-options.ts';
import { createCache } from './create-cache.ts';

describe('a cache', () => {
  let redis: SimulatedRedis;
  beforeEach(async () => {
    redis = await SimulatedRedis.create();
  });
  afterEach(() => redis.close());

  function createProcess(maxEntries = 10, waitMs = 1000) {
    const shared = { redis: redis.connect(), prefix: 'test', clock: new FakeClock() };
    const leases = createLeases({ ...shared, owner: 'test' });
    return createCache({ ...shared, memory: { maxEntries }, lease: { leases, ttlMs: 1000, waitMs } });
  }

  it('of no or half an entry, or with a lease that cannot be, cannot be', () => {
    for (const maxEntries of [0, 1.5, Number.NaN]) expect(() => createProcess(maxEntries)).toThrow(/^maxEntries must/);
    expect(() => createProcess(10, Number.POSITIVE_INFINITY)).toThrow(/^waitMs must/);
  });

  it('refuses a value without a proper lifetime, and gives the lease back', async () => {
    const asked = createProcess().getOrLoad('rose', async () => 'Rosa', { lifetime: () => ({ ttlMs: 0, staleMs: 0 }) });
    await expect(asked).rejects.toBeInstanceOf(RangeError);
    await redis.settle();
    expect(await redis.command('EXISTS', 'test:{rose}:lock')).toBe(0);
  });
});

it.each([
  { ttlMs: Number.NaN, staleMs: 0 },
  { ttlMs: Number.POSITIVE_INFINITY, staleMs: 0 },
  { ttlMs: 0, staleMs: 0 },
  { ttlMs: 1e18, staleMs: 0 },
  { ttlMs: 1000, staleMs: Number.NaN },
  { ttlMs: 1000, staleMs: -1 },
])('a lifetime of $ttlMs and $staleMs cannot be', (life) => {
  expect(() => checkLifetime(life)).toThrow(RangeError);
});
