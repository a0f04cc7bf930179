import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCache } from '../cache/create-cache.ts';
import type { Cache } from '../cache/types.ts';
import { RedisUnavailableError } from '../redis/errors.ts';
import { onceReady } from '../redis/once-ready.ts';
import type { RedisConnection } from '../redis/types.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { SimulatedRedis } from '../testing/simulated-redis.ts';
import { createTask } from '../testing/task.ts';
import { createLeases } from './leases.ts';
import type { Leases } from './types.ts';

const LOCK_OPTIONS = { ttlMs: 30_000, waitMs: 40_000 };
const LOCK_KEY = 'test:{rose}:lock';

let clock: FakeClock;
let redis: SimulatedRedis;
let admin: RedisConnection;
let loads: number;

beforeEach(async () => {
  clock = new FakeClock();
  redis = await SimulatedRedis.create();
  admin = redis.connect();
  loads = 0;
});
afterEach(() => redis.close());

/** Stands for a process: it has a connection of its own. */
function createProcess(connection = redis.connect()): { leases: Leases; cache: Cache } {
  const shared = { redis: connection, prefix: 'test', clock };
  const leases = createLeases({ ...shared, owner: 'test' });
  return { leases, cache: createCache({ ...shared, lock: LOCK_OPTIONS, memory: { maxEntries: 10 } }) };
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    clock.advance(50);
    await redis.settle();
  }
}

const ask = ({ cache }: { cache: Cache }, work: () => Promise<string>) =>
  cache.getOrLoad(
    'rose',
    () => {
      loads += 1;
      return work();
    },
    { lifetime: () => ({ ttlMs: 60_000, staleMs: 60_000 }) },
  );

describe('an outage of Redis', () => {
  it('of two seconds makes no process load what another is loading', async () => {
    const [one, two, three] = [createProcess(), createProcess(), createProcess()];
    const task = createTask<string>();
    const first = ask(one, task.work);
    await redis.settle();
    const others = [ask(two, task.work), ask(three, task.work)];
    await redis.settle();
    redis.down();
    await pass(2000);
    await redis.up('kept');
    await pass(300);
    task.resolve('Rosa');
    expect((await Promise.all([first, ...others])).map(({ value }) => value)).toEqual(['Rosa', 'Rosa', 'Rosa']);
    expect(loads).toBe(1);
  });

  it('ends the wait of a process that saw a holder after 2.5 s, and of any other process at once', async () => {
    const [one, two, three] = [createProcess(), createProcess(), createProcess()];
    const task = createTask<string>();
    void ask(one, task.work);
    await redis.settle();
    void ask(two, task.work);
    await redis.settle();
    redis.down();
    void ask(three, task.work);
    await redis.settle();
    expect(loads).toBe(2);
    await pass(2000);
    expect(loads).toBe(2);
    await pass(1000);
    expect(loads).toBe(3);
    task.resolve('Rosa');
  });

  it('at the end of a load delays the value and the release until Redis is back', async () => {
    const [one, other] = [createProcess(), createProcess()];
    const task = createTask<string>();
    const first = ask(one, task.work);
    await redis.settle();
    redis.down();
    task.resolve('Rosa');
    expect(await first).toMatchObject({ value: 'Rosa', source: 'loaded' });
    await redis.up('kept');
    await redis.settle();
    expect(await admin.client.exists(LOCK_KEY)).toBe(0);
    expect(await ask(other, task.work)).toMatchObject({ value: 'Rosa', source: 'redis' });
    expect(loads).toBe(1);
  });

  it('at the end of a failed load delays the release until Redis stays', async () => {
    const one = createProcess();
    const task = createTask<string>();
    const first = ask(one, task.work);
    await redis.settle();
    redis.down();
    task.reject(new Error('withered'));
    await expect(first).rejects.toThrow('withered');
    redis.loseReply();
    await redis.up('kept');
    await redis.settle();
    await redis.up('kept');
    await redis.settle();
    expect(await admin.client.exists(LOCK_KEY)).toBe(0);
  });

  it('that swallows the reply to a request leaves no lease behind, however long it lasts', async () => {
    const { leases } = createProcess();
    redis.loseReply();
    await expect(leases.acquire('rose', LOCK_OPTIONS)).rejects.toBeInstanceOf(RedisUnavailableError);
    expect(clock.pendingTimers).toBe(0);
    clock.advance(3_600_000);
    await redis.up('kept');
    await redis.settle();
    expect(await admin.client.exists(LOCK_KEY)).toBe(0);
  });

  it('that swallows the reply to a waiter never ends the lease that this waiter gets afterwards', async () => {
    const connection = redis.connect();
    const { leases } = createProcess(connection);
    await admin.client.set(LOCK_KEY, 'another holder');
    const waiting = leases.acquire('rose', LOCK_OPTIONS);
    await redis.settle();
    const earlierRetry = Promise.withResolvers<void>();
    onceReady(connection, { work: () => earlierRetry.promise });
    redis.loseReply();
    // Longer than the time between two polls of a waiter, with its jitter.
    await pass(350);
    await redis.up('lost');
    await pass(350);
    const acquisition = await waiting;
    const holder = await admin.client.get(LOCK_KEY);
    earlierRetry.resolve();
    await redis.settle();
    expect(acquisition.type).toBe('acquired');
    expect(await admin.client.get(LOCK_KEY)).toBe(holder);
  });

  it('longer than the lifetime of the loaded value still ends with a release', async () => {
    const { cache } = createProcess();
    const loaded = cache.getOrLoad('rose', async () => 'Rosa', {
      lifetime: () => {
        redis.down();
        return { ttlMs: 1000, staleMs: 0 };
      },
    });
    await loaded;
    clock.advance(60_000);
    await redis.up('kept');
    await redis.settle();
    expect(await admin.client.exists(LOCK_KEY)).toBe(0);
  });
});
