import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { SimulatedRedis } from '../testing/simulated-redis.ts';
import { createLeases } from './leases.ts';
import type { LeaseHandle, Leases } from './types.ts';

const PATIENT = { ttlMs: 30_000, waitMs: 40_000 };

let clock: FakeClock;
let redis: SimulatedRedis;

beforeEach(async () => {
  clock = new FakeClock();
  redis = await SimulatedRedis.create();
});
afterEach(() => redis.close());

const createProcess = (transport: 'tcp' | 'rest' = 'tcp') =>
  createLeases({ redis: redis.connect(transport), prefix: 'test', owner: 'test', clock });

async function take(leases: Leases, name = 'rose'): Promise<LeaseHandle> {
  const acquisition = await leases.acquire(name, PATIENT);
  if (acquisition.type !== 'acquired') throw new Error('it was to be had');
  return acquisition.lease;
}

/** Whether a waiter has it without any time passing. */
async function wakes(holder: Leases, waiter: Leases, name = 'rose'): Promise<boolean> {
  const held = await take(holder, name);
  let isWoken = false;
  const next = (async () => {
    const lease = await take(waiter, name);
    isWoken = true;
    return lease;
  })();
  await redis.settle();
  expect(isWoken).toBe(false);
  await held.release();
  await redis.settle();
  const isAtOnce = isWoken;
  clock.advance(1000);
  await (await next).release();
  return isAtOnce;
}

it.each(['rose', '007', '{"a":1}', 'with, a comma'])('of %s wake a waiter of another process', async (name) => {
  expect(await wakes(createProcess(), createProcess(), name)).toBe(true);
});

it('are heard by a process that first asked while Redis was away', async () => {
  const [holder, waiter] = [createProcess(), createProcess()];
  redis.down();
  await expect(waiter.acquire('rose', PATIENT)).rejects.toThrow('unavailable');
  await redis.up('kept');
  expect(await wakes(holder, waiter)).toBe(true);
});

it('are heard again after the subscription broke, and those missed are made up for', async () => {
  const [holder, waiter] = [createProcess(), createProcess()];
  const held = await take(holder);
  const waiting = take(waiter);
  await redis.settle();
  redis.dropSubscriptions();
  await held.release();
  await redis.settle();
  redis.restoreSubscriptions();
  // No time has passed.
  const next = await waiting;
  expect(next.fence).toBeGreaterThan(held.fence);
  await next.release();
  expect(await wakes(holder, waiter)).toBe(true);
});

it('that are not heard of are noticed within 313 ms', async () => {
  const [holder, waiter] = [createProcess(), createProcess()];
  const held = await take(holder);
  const waiting = take(waiter);
  await redis.settle();
  redis.dropSubscriptions();
  await held.release();
  clock.advance(313);
  expect((await waiting).fence).toBeGreaterThan(held.fence);
});

it('between the look and the wait are not missed: who waits is listening before it asks', async () => {
  const [holder, waiter] = [createProcess(), createProcess()];
  await wakes(holder, waiter);
  const held = await take(holder);
  const waiting = take(waiter);
  while (redis.commands.at(-1) !== 'EVAL') await Promise.resolve();
  // Both are on their way: the answer that it is held, and its release.
  void held.release();
  expect((await waiting).fence).toBeGreaterThan(held.fence);
});

it('are asked for over REST, less and less often', async () => {
  const [holder, waiter] = [createProcess('rest'), createProcess('rest')];
  const held = await take(holder);
  const before = redis.commands.length;
  const waiting = take(waiter);
  const asked: number[] = [];
  for (let passed = 0; passed < 2000; passed += 5) {
    await redis.settle();
    while (asked.length < redis.commands.length - before) asked.push(passed);
    clock.advance(5);
  }
  const pauses = asked.slice(1).map((at, n) => at - (asked[n] ?? 0));
  expect(pauses[0]).toBeLessThanOrEqual(35);
  expect(pauses.length).toBeLessThanOrEqual(14);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(320);
  expect(pauses.at(-1)).toBeGreaterThanOrEqual(185);
  await held.release();
  clock.advance(320);
  await waiting;
});
