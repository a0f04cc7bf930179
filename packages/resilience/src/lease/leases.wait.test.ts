import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { SimulatedRedis } from '../testing/simulated-redis.ts';
import { createLeases } from './leases.ts';
import type { Leases } from './types.ts';

const LOCK = 'test:{rose}:lock';

let clock: FakeClock;
let redis: SimulatedRedis;
let leases: Leases;

beforeEach(async () => {
  clock = new FakeClock();
  redis = await SimulatedRedis.create();
  leases = createLeases({ redis: redis.connect(), prefix: 'test', owner: 'test', clock });
});
afterEach(() => redis.close());

it('for a lease that has no end asks no more often than for any other', async () => {
  await redis.command('SET', LOCK, 'somebody');
  const waiting = leases.acquire('rose', { ttlMs: 1000, waitMs: 2000 });
  for (let passed = 0; passed <= 2000; passed += 10) {
    clock.advance(10);
    await redis.settle();
  }
  expect(await waiting).toEqual({ type: 'timed_out' });
  expect(redis.commands.filter((name) => name === 'EVAL').length).toBeLessThanOrEqual(13);
});

it('whose caller left while the request was on its way ends without work and without a lease', async () => {
  const left = new AbortController();
  let didRun = false;
  const work = leases.withLease('rose', { ttlMs: 1000, waitMs: 0, signal: left.signal }, async () => {
    didRun = true;
  });
  while (!redis.commands.includes('EVAL')) await Promise.resolve();
  left.abort(new Error('gone'));
  await expect(work).rejects.toThrow('gone');
  await redis.settle();
  expect([didRun, await redis.command('EXISTS', LOCK)]).toEqual([false, 0]);
});

it('with options that cannot be is refused before anything is asked', async () => {
  await expect(leases.acquire('rose', { ttlMs: 0, waitMs: 0 })).rejects.toBeInstanceOf(RangeError);
  expect(redis.commands).toEqual([]);
});
