import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { SimulatedRedis } from '../testing/simulated-redis.ts';
import { createLeases } from './leases.ts';
import type { LeaseEvent, Leases } from './types.ts';

const LOCK_KEY = 'test:{rose}:lock';

let clock: FakeClock;
let redis: SimulatedRedis;
let leases: Leases;

beforeEach(async () => {
  clock = new FakeClock();
  redis = await SimulatedRedis.create();
  leases = createLeases({ redis: redis.connect(), prefix: 'test', owner: 'test', clock });
});
afterEach(() => redis.close());

describe('a wait for a lease', () => {
  it('polls a lease without an expiry no more often than any other', async () => {
    await redis.command('SET', LOCK_KEY, 'another process');
    const waiting = leases.acquire('rose', { ttlMs: 1000, waitMs: 2000 });
    for (let passed = 0; passed <= 2000; passed += 10) {
      clock.advance(10);
      await redis.settle();
    }
    expect(await waiting).toEqual({ type: 'timed_out' });
    expect(redis.commands.filter((name) => name === 'EVAL').length).toBeLessThanOrEqual(13);
  });

  it('reports how long it lasted when another process has stored the result', async () => {
    await redis.command('SET', LOCK_KEY, 'another process', 'PX', '60000');
    const events: LeaseEvent[] = [];
    leases.subscribe((event) => events.push(event));
    let result: string | undefined;
    const waiting = leases.acquire('rose', { ttlMs: 1000, waitMs: 60_000 }, async () => result);
    await redis.settle();
    result = 'Rosa';
    clock.advance(30_000);
    expect(await waiting).toEqual({ type: 'done', value: 'Rosa' });
    expect(events.at(-1)).toEqual({ type: 'done', lease: 'rose', waitedMs: 30_000 });
  });

  it('ends without work and without a lease when its caller aborts during the request', async () => {
    const controller = new AbortController();
    let didRun = false;
    const work = leases.withLease('rose', { ttlMs: 1000, waitMs: 0, signal: controller.signal }, async () => {
      didRun = true;
    });
    while (!redis.commands.includes('EVAL')) await Promise.resolve();
    controller.abort(new Error('gone'));
    await expect(work).rejects.toThrow('gone');
    await redis.settle();
    expect({ didRun, locks: await redis.command('EXISTS', LOCK_KEY) }).toEqual({ didRun: false, locks: 0 });
  });

  it('is refused with invalid options before a command is sent', async () => {
    await expect(leases.acquire('rose', { ttlMs: 0, waitMs: 0 })).rejects.toBeInstanceOf(RangeError);
    expect(redis.commands).toEqual([]);
  });
});
