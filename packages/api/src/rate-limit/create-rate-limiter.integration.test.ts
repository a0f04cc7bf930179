import { type RedisConnection, systemClock } from '@plantcommunity/resilience';
import { createLogger } from '@plantcommunity/telemetry';
import { assert, asyncProperty, constantFrom, integer } from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectInstances } from '../testing/redis-instances.ts';
import { createRateLimiter } from './create-rate-limiter.ts';
import type { RateLimiter } from './rate-limiter.ts';

const HOUR = 3_600_000;
const logger = createLogger({ level: 'silent' });
const hourly = (count: number) => ({ count, windowMs: HOUR });
/** Returns a key that no other test uses. */
const newKey = () => `test:${crypto.randomUUID()}`;

let connections: RedisConnection[] = [];
let instances: RateLimiter[] = [];

beforeAll(async () => {
  connections = await connectInstances(3);
  instances = connections.map((redis) => createRateLimiter({ redis, clock: systemClock, logger }));
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
});

function instance(number: number): RateLimiter {
  const limiter = instances[number % instances.length];
  if (limiter === undefined) throw new Error('no instance');
  return limiter;
}

describe('a rate limiter shared by instances', () => {
  it('allows exactly the 10 remaining of 1,000 parallel calls over three instances', async () => {
    const key = newKey();
    for (let call = 0; call < 90; call += 1) await instance(call).consume(key, hourly(100));
    const taken = await Promise.all(
      Array.from({ length: 1_000 }, (_, call) => instance(call).consume(key, hourly(100))),
    );
    expect(taken.filter(({ allowed }) => allowed)).toHaveLength(10);
    expect(taken.every(({ rate }) => rate.count === 100)).toBe(true);
  });

  it('refunds a call once, for all instances', async () => {
    const key = newKey();
    const first = await instance(0).consume(key, hourly(1));
    expect((await instance(1).consume(key, hourly(1))).allowed).toBe(false);
    await first.refund();
    await first.refund();
    expect((await instance(1).consume(key, hourly(1))).allowed).toBe(true);
    expect((await instance(2).consume(key, hourly(1))).allowed).toBe(false);
  });

  it('deletes a key whose calls were all refunded', async () => {
    const [connection] = connections;
    const key = newKey();
    const calls = [await instance(0).consume(key, hourly(5)), await instance(1).consume(key, hourly(5))];
    const kept = () => connection?.client.keys(`*${key}*`);
    for (const call of calls) {
      expect(await kept()).toHaveLength(1);
      await call.refund();
    }
    expect(await kept()).toEqual([]);
  });

  it('refunds nothing for a refused call', async () => {
    const key = newKey();
    await instance(0).consume(key, hourly(1));
    await (await instance(0).consume(key, hourly(1))).refund();
    expect((await instance(0).consume(key, hourly(1))).allowed).toBe(false);
  });

  it('keeps counted calls when the rate changes, and applies the new rate at once', async () => {
    const key = newKey();
    for (let call = 0; call < 3; call += 1) await instance(0).consume(key, hourly(3));
    expect((await instance(0).consume(key, hourly(3))).allowed).toBe(false);
    expect(await instance(0).consume(key, hourly(5))).toMatchObject({ allowed: true, remaining: 1 });
    expect((await instance(1).consume(key, hourly(3))).allowed).toBe(false);
  });

  it('peeks without counting', async () => {
    const key = newKey();
    expect(await instance(0).peek(key, hourly(3))).toMatchObject({ rate: hourly(3), remaining: 3 });
    await instance(0).consume(key, hourly(3));
    for (let look = 0; look < 5; look += 1) expect((await instance(1).peek(key, hourly(3))).remaining).toBe(2);
    expect((await instance(0).consume(key, hourly(3))).remaining).toBe(1);
  });

  it('allows a tenth by a local count when Redis does not answer', async () => {
    const [own] = await connectInstances(1);
    if (own === undefined) throw new Error('no connection');
    const limiter = createRateLimiter({ redis: own, clock: systemClock, logger });
    const key = newKey();
    await own.close();
    const taken = await Promise.all(Array.from({ length: 5 }, () => limiter.consume(key, hourly(20))));
    expect(taken.filter(({ allowed }) => allowed)).toHaveLength(2);
    expect(taken.at(-1)).toMatchObject({ rate: hourly(2), remaining: 0 });
    // Calls that this instance allowed locally do not change the shared count.
    expect((await instance(1).peek(key, hourly(20))).remaining).toBe(20);
  });
});

/**
 * The library reads the time from `Date`, like the system clock, and passes it to Redis, so these tests move `Date`. The
 * clock of Redis, which expires keys after two windows, does not move with it.
 */
describe('a rate limiter at a given time', () => {
  const NOON = Date.UTC(2026, 2, 1, 12);

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOON });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('allows a refused call exactly after its Retry-After, and not a second earlier', async () => {
    const windows = constantFrom(60_000, 15 * 60_000, HOUR);
    const calls = integer({ min: 0, max: 20 });
    await assert(
      asyncProperty(
        integer({ min: 1, max: 12 }),
        calls,
        calls,
        windows,
        integer({ min: 0, max: 999 }),
        async (count, before, during, windowMs, offset) => {
          const key = newKey();
          const now = Math.floor(NOON + (offset / 1_000) * windowMs);
          const at = (time: number, number = count) => {
            vi.setSystemTime(time);
            return instance(0).consume(key, { count: number, windowMs });
          };
          // Calls counted under the higher rate stay counted.
          for (let call = 0; call < before; call += 1) await at(NOON - 1, 1_000);
          for (let call = 0; call < during; call += 1) await at(now, 1_000);
          let last = await at(now);
          while (last.allowed) last = await at(now);
          const seconds = Math.ceil((last.resetAt - now) / 1000);
          expect((await at(now + (seconds - 1) * 1000)).allowed).toBe(false);
          expect((await at(last.resetAt - 1)).allowed).toBe(false);
          expect((await at(now + seconds * 1000)).allowed).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('reports the wait, not the end of the window, with the last allowed call', async () => {
    const key = newKey();
    vi.setSystemTime(NOON - HOUR / 2);
    for (let call = 0; call < 100; call += 1) await instance(0).consume(key, hourly(100));
    vi.setSystemTime(NOON + 1_000);
    const last = await instance(0).consume(key, hourly(100));
    expect(last).toMatchObject({ allowed: true, remaining: 0 });
    // A further hundredth of the previous window ends after 36 s of this one, and one more call counts by then.
    expect(last.resetAt).toBe(NOON + 36_001);
    // All calls remain once the call of this window weighs less than one in the next.
    expect(await instance(0).peek(key, hourly(100))).toMatchObject({
      resetAt: NOON + 36_001,
      fullAt: NOON + HOUR + 1,
    });
  });

  it('refunds a call in the window where it was counted', async () => {
    const key = newKey();
    vi.setSystemTime(NOON - 1);
    const call = await instance(0).consume(key, hourly(2));
    vi.setSystemTime(NOON + HOUR / 2);
    await call.refund();
    expect((await instance(0).peek(key, hourly(2))).remaining).toBe(2);
    await instance(0).consume(key, hourly(2));
    await instance(0).consume(key, hourly(2));
    expect((await instance(0).consume(key, hourly(2))).allowed).toBe(false);
  });
});
