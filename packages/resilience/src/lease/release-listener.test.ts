import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { SimulatedRedis } from '../testing/simulated-redis.ts';
import { createLeases } from './leases.ts';
import type { LeaseHandle, Leases } from './types.ts';

const OPTIONS = { ttlMs: 30_000, waitMs: 40_000 };

let clock: FakeClock;
let redis: SimulatedRedis;

beforeEach(async () => {
  clock = new FakeClock();
  redis = await SimulatedRedis.create();
});
afterEach(() => redis.close());

const createProcess = (transport: 'tcp' | 'rest' = 'tcp') =>
  createLeases({ redis: redis.connect(transport), prefix: 'test', owner: 'test', clock });

async function acquire(leases: Leases, name = 'rose'): Promise<LeaseHandle> {
  const acquisition = await leases.acquire(name, OPTIONS);
  if (acquisition.type !== 'acquired') throw new Error('the lease should become free');
  return acquisition.lease;
}

/** Whether a waiter has the lease after the release without any time passing. */
async function isWokenAtOnce(holder: Leases, waiter: Leases, name = 'rose'): Promise<boolean> {
  const held = await acquire(holder, name);
  let isWoken = false;
  const next = (async () => {
    const lease = await acquire(waiter, name);
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

describe('the release of a lease', () => {
  it.each(['rose', '007', '{"a":1}', 'with, a comma'])('of %s wakes a waiter of another process', async (name) => {
    expect(await isWokenAtOnce(createProcess(), createProcess(), name)).toBe(true);
  });

  it('wakes a process that first asked while Redis was unavailable', async () => {
    const [holder, waiter] = [createProcess(), createProcess()];
    redis.down();
    await expect(waiter.acquire('rose', OPTIONS)).rejects.toThrow('unavailable');
    await redis.up('kept');
    expect(await isWokenAtOnce(holder, waiter)).toBe(true);
  });

  it('that was missed while the subscription was down wakes waiters when it is back', async () => {
    const [holder, waiter] = [createProcess(), createProcess()];
    const held = await acquire(holder);
    const waiting = acquire(waiter);
    await redis.settle();
    redis.dropSubscriptions();
    await held.release();
    await redis.settle();
    redis.restoreSubscriptions();
    // No time has passed.
    const next = await waiting;
    expect(next.fence).toBeGreaterThan(held.fence);
    await next.release();
    expect(await isWokenAtOnce(holder, waiter)).toBe(true);
  });

  it('that was missed is detected by polling within 313 ms', async () => {
    const [holder, waiter] = [createProcess(), createProcess()];
    const held = await acquire(holder);
    const waiting = acquire(waiter);
    await redis.settle();
    redis.dropSubscriptions();
    await held.release();
    clock.advance(313);
    expect((await waiting).fence).toBeGreaterThan(held.fence);
  });

  it('between the request and the wait is not missed, since a waiter listens before it asks', async () => {
    const [holder, waiter] = [createProcess(), createProcess()];
    await isWokenAtOnce(holder, waiter);
    const held = await acquire(holder);
    const waiting = acquire(waiter);
    while (redis.commands.at(-1) !== 'EVAL') await Promise.resolve();
    // Both are on their way: the reply that the lease is held, and the release.
    void held.release();
    expect((await waiting).fence).toBeGreaterThan(held.fence);
  });

  it('is polled for over REST, less and less often', async () => {
    const [holder, waiter] = [createProcess('rest'), createProcess('rest')];
    const held = await acquire(holder);
    const before = redis.commands.length;
    const waiting = acquire(waiter);
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
});
