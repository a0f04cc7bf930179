import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import type { RedisConnection } from '../redis/types.ts';
import { sleep } from '../testing/sleep.ts';
import { TestConnections, TRANSPORTS } from '../testing/test-connections.ts';
import { testRedisUrl, uniqueKey } from '../testing/test-redis.ts';
import { LeaseLostError, LeaseTimeoutError } from './errors.ts';
import { createLeases } from './leases.ts';
import type { LeaseEvent, LeaseHandle, LeaseOptions, Leases } from './types.ts';

const PATIENT = { ttlMs: 10_000, waitMs: 10_000 };

describe.skipIf(!testRedisUrl).each(TRANSPORTS)('leases over %s', (transport) => {
  let connections: TestConnections;

  beforeAll(async () => {
    connections = await TestConnections.open(transport);
  });
  afterAll(() => connections[Symbol.asyncDispose]());

  /** Stands for one process per connection. */
  function setUp(): {
    all: Leases[];
    one: Leases;
    other: Leases;
    redis: RedisConnection;
    key: string;
    events: LeaseEvent[];
  } {
    const prefix = uniqueKey('lease');
    const all = connections.all.map((redis) => createLeases({ redis, prefix, owner: 'test', clock: systemClock }));
    const [one, other] = all;
    const [redis] = connections.all;
    if (!one || !other || !redis) throw new Error('three connections were made');
    const events: LeaseEvent[] = [];
    one.subscribe((event) => events.push(event));
    return { all, one, other, redis, key: `${prefix}:{rose}:lock`, events };
  }

  async function hold(leases: Leases, options: LeaseOptions = PATIENT): Promise<LeaseHandle> {
    const acquisition = await leases.acquire('rose', options);
    if (acquisition.type !== 'acquired') throw new Error('the lease should be free');
    return acquisition.lease;
  }

  it('have one holder at a time, and fences that rise', async () => {
    const { all } = setUp();
    const fences: number[] = [];
    let inside = 0;
    let mostInside = 0;
    const work = async (_signal: AbortSignal, fence: number) => {
      inside += 1;
      mostInside = Math.max(mostInside, inside);
      fences.push(fence);
      await new Promise(setImmediate);
      inside -= 1;
    };
    await Promise.all(
      all.flatMap((leases) => Array.from({ length: 20 }, () => leases.withLease('rose', PATIENT, work))),
    );
    expect({ mostInside, entries: fences.length }).toEqual({ mostInside: 1, entries: 60 });
    expect(fences).toEqual([...new Set(fences)].toSorted((a, b) => a - b));
    expect(fences.every(Number.isSafeInteger)).toBe(true);
  });

  it('list what this process holds and how many of its callers wait, also of leases that another one holds', async () => {
    const { one, other, redis, key } = setUp();
    const lease = await hold(one);
    const waiting = [1, 2, 3].map(() => hold(other));
    const last = hold(one);
    await expect.poll(() => other.current()).toEqual([{ lease: 'rose', waiting: 3 }]);
    const [status] = one.current();
    expect(status).toMatchObject({ lease: 'rose', waiting: 1, held: { owner: await redis.client.get(key) } });
    expect(status?.held?.heldMs).toBeLessThan(5_000);
    await lease.release();
    for (const next of [...waiting, last]) void next.then((taken) => taken.release());
    await Promise.all([...waiting, last]);
    await expect.poll(() => [one.current(), other.current()]).toEqual([[], []]);
  });

  it('do not list a lease that this process has lost', async () => {
    const { one, redis, key } = setUp();
    const lease = await hold(one, { ttlMs: 300, waitMs: 0 });
    const lost = new Promise((resolve) => lease.signal.addEventListener('abort', resolve));
    await redis.client.del(key);
    await lost;
    expect(one.current()).toEqual([]);
  });

  it('name their owner in Redis, and are gone after the release', async () => {
    const { one, redis, key } = setUp();
    await one.withLease('rose', PATIENT, async () => {
      expect(await redis.client.get(key)).toMatch(new RegExp(`^test-.+-${process.pid}-\\d+$`));
      const pttl = await redis.client.pttl(key);
      expect(pttl).toBeGreaterThan(5000);
      expect(pttl).toBeLessThanOrEqual(10_000);
    });
    expect(await redis.client.exists(key)).toBe(0);
  });

  it('time out after waitMs while another process holds them', async () => {
    const { one, other, events } = setUp();
    const held = await hold(other);
    await expect(one.withLease('rose', { ttlMs: 1000, waitMs: 0 }, async () => 1)).rejects.toBeInstanceOf(
      LeaseTimeoutError,
    );
    await expect(one.withLease('rose', { ttlMs: 1000, waitMs: 60 }, async () => 1)).rejects.toThrow('within 60 ms');
    expect(events.filter(({ type }) => type === 'timed_out')).toMatchObject([{ waitMs: 0 }, { waitMs: 60 }]);
    await held.release();
  });

  it('expire when their owner is gone', async () => {
    const { one, redis, key } = setUp();
    await redis.client.set(key, 'dead-owner', { px: 150 });
    const result = await one.withLease('rose', PATIENT, async () => 'mine');
    expect(result).toBe('mine');
  });

  it('throw LeaseLostError when they were lost, although the work succeeded', async () => {
    const { one, redis, key, events } = setUp();
    const work = one.withLease('rose', { ttlMs: 300, waitMs: 0 }, async (signal) => {
      await redis.client.set(key, 'another process', { px: 5000 });
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return 'done';
    });
    await expect(work).rejects.toBeInstanceOf(LeaseLostError);
    expect(await redis.client.get(key)).toBe('another process');
    expect(events.map(({ type }) => type)).toEqual(['attempting', 'acquired', 'lost']);
  });

  it('report a takeover when the previous holder did not release them, and only then', async () => {
    const { one, other, events } = setUp();
    let previousOwner = '';
    other.subscribe((event) => {
      if (event.type === 'acquired') previousOwner = event.owner;
    });
    const dead = await hold(other, { ttlMs: 100, waitMs: 0, renew: false });
    await one.withLease('rose', PATIENT, async () => {});
    await one.withLease('rose', PATIENT, async () => {});
    const takeovers = events.filter((event) => event.type === 'taken_over');
    expect(takeovers.map((event) => event.previousOwner)).toEqual([previousOwner]);
    expect(await dead.release()).toBe(false);
  });

  it('are renewed while the work runs', async () => {
    const { one, events } = setUp();
    const { promise, resolve } = Promise.withResolvers<void>();
    one.subscribe(({ type }) => {
      if (type === 'renewed' || type === 'lost') resolve();
    });
    await one.withLease('rose', { ttlMs: 1500, waitMs: 0 }, () => promise);
    expect(events.map(({ type }) => type)).toEqual(['attempting', 'acquired', 'renewed', 'released']);
  });

  it('of 1.5 s last for 3 s of work with at most 3 renewals', async () => {
    const { one, events } = setUp();
    await one.withLease('rose', { ttlMs: 1500, waitMs: 0 }, () => sleep(3000));
    const types = events.map(({ type }) => type);
    const renewals = types.filter((type) => type === 'renewed').length;
    expect(types).toEqual(['attempting', 'acquired', ...Array.from({ length: renewals }, () => 'renewed'), 'released']);
    // Each renewal covers 1.5 s at most, and comes when a third of the lease is left: after 1 s.
    expect(renewals).toBeGreaterThanOrEqual(1);
    expect(renewals).toBeLessThanOrEqual(3);
  });

  it('end a wait as `done` when another process has done the work', async () => {
    const { one, other, redis } = setUp();
    const held = await hold(other);
    await expect(one.acquire('rose', { ttlMs: 1000, waitMs: 0 })).resolves.toEqual({ type: 'timed_out' });
    let result: string | undefined;
    const waiter = one.acquire('rose', PATIENT, async () => result);
    // Replies come in order, so the waiter has been refused once this PING is answered.
    await new Promise((resolve) => setImmediate(resolve));
    await redis.client.ping();
    result = 'Rosa';
    await held.release();
    await expect(waiter).resolves.toEqual({ type: 'done', value: 'Rosa' });
  });

  it('end the wait of a caller that aborts', async () => {
    const { one, other } = setUp();
    const held = await hold(other);
    const controller = new AbortController();
    const waiter = one.acquire('rose', { ...PATIENT, signal: controller.signal });
    controller.abort(new Error('gone'));
    await expect(waiter).rejects.toThrow('gone');
    await held.release();
  });
});
