import { connectRedis, type RedisConnection, systemClock } from '@plantcommunity/resilience';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Audience } from './audience.ts';
import { createIdentifyLimit, type IdentifyLimit } from './identify-limit.ts';
import { createReAsks } from './re-asks.ts';

const HOUR = 3_600_000;
const logger = createLogger({ level: 'silent' });

/** Somebody no other test has counted. */
function somebody(count: number): Audience {
  return { key: `test:${crypto.randomUUID()}`, policy: 'identify-free', rate: { count, windowMs: HOUR } };
}

describe('limits over Redis', () => {
  const connections: RedisConnection[] = [];
  let instances: IdentifyLimit[] = [];

  beforeAll(async () => {
    const url = process.env['TEST_REDIS_URL'];
    if (url === undefined) throw new Error('TEST_REDIS_URL names the Redis of the integration tests');
    for (let instance = 0; instance < 3; instance += 1)
      connections.push(await connectRedis({ url }, { timeoutMs: 2000 }));
    instances = connections.map((redis) => createIdentifyLimit({ redis, clock: systemClock, logger }));
  });

  afterAll(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
  });

  const limitOf = (instance: number) => {
    const limit = instances[instance % instances.length];
    if (limit === undefined) throw new Error('no instance');
    return limit;
  };

  it('lets exactly 50 of 200 parallel calls through, over three instances', async () => {
    const audience = somebody(50);
    const counted = await Promise.all(Array.from({ length: 200 }, (_, call) => limitOf(call).count(audience)));
    expect(counted.filter(({ allowed }) => allowed)).toHaveLength(50);
    expect(Math.min(...counted.map(({ remaining }) => remaining))).toBe(0);
  });

  it('tells the reset in epoch milliseconds, within the window', async () => {
    const { remaining, resetAt } = await limitOf(0).count(somebody(10));
    expect(remaining).toBe(9);
    expect(resetAt - Date.now()).toBeGreaterThan(0);
    expect(resetAt - Date.now()).toBeLessThanOrEqual(HOUR);
  });

  it('takes a call back, once and for all instances', async () => {
    const audience = somebody(1);
    const first = await limitOf(0).count(audience);
    expect((await limitOf(1).count(audience)).allowed).toBe(false);
    await first.giveBack();
    expect((await limitOf(1).count(audience)).allowed).toBe(true);
    expect((await limitOf(2).count(audience)).allowed).toBe(false);
  });

  it('keeps what is used when a caller’s number changes, and applies the new one at once', async () => {
    const free = somebody(3);
    for (let call = 0; call < 3; call += 1) await limitOf(0).count(free);
    expect((await limitOf(0).count(free)).allowed).toBe(false);
    const pro = { ...free, rate: { count: 5, windowMs: HOUR } };
    expect(await limitOf(0).count(pro)).toMatchObject({ allowed: true, remaining: 1 });
    expect((await limitOf(1).count(free)).allowed).toBe(false);
  });

  it('goes down to a tenth by its own count when Redis does not answer', async () => {
    const own = await connectRedis({ url: process.env['TEST_REDIS_URL'] ?? '' }, { timeoutMs: 200 });
    const limit = createIdentifyLimit({ redis: own, clock: systemClock, logger });
    const audience = somebody(20);
    await own.close();
    const counted = await Promise.all(Array.from({ length: 5 }, () => limit.count(audience)));
    expect(counted.map(({ allowed }) => allowed)).toEqual([true, true, false, false, false]);
    expect(counted.at(-1)).toMatchObject({ rate: { count: 2, windowMs: HOUR }, remaining: 0 });
    // What it let through alone is its own affair: the shared count is untouched.
    expect((await limitOf(1).count(audience)).remaining).toBe(19);
  });

  it('keep a partial answer in mind for all instances, once, for one caller and the same photos in order', async () => {
    const reAsks = connections.map((redis) => createReAsks({ redis, logger }));
    const [here, there] = reAsks;
    if (here === undefined || there === undefined) throw new Error('no instance');
    const photo = (hash: string) => ({ name: 'a.jpg', declaredType: 'image/jpeg', bytes: Buffer.alloc(0), hash });
    const photos = [photo('aa'), photo('bb')];
    const { key } = somebody(1);
    await here.expect(key, photos);
    expect(await there.claim(key, photos.toReversed())).toBe(false);
    expect(await there.claim(somebody(1).key, photos)).toBe(false);
    expect(await there.claim(key, photos)).toBe(true);
    expect(await here.claim(key, photos)).toBe(false);
  });
});
