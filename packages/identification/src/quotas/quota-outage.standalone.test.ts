import { hasRedisServer, RedisServer } from '@plantcommunity/resilience/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { call, dayReport, failed, failing, letThrough, NOON, QuotaFleet, spend, used } from './testing/quota-fleet.ts';

const HOUR = 3_600_000;

/** The Redis of these tests dies, sleeps and loses its data. */
describe.skipIf(!hasRedisServer)('a quota whose Redis', () => {
  let redis: RedisServer;
  let fleet: QuotaFleet;

  beforeAll(async () => {
    redis = await RedisServer.prepare();
  });
  afterAll(() => redis[Symbol.asyncDispose]());
  beforeEach(async () => {
    await redis.start();
    fleet = new QuotaFleet(redis.url, 200);
  });
  afterEach(async () => {
    await fleet.close();
    redis.wake();
    await redis.kill();
  });

  const seen = (isReady: boolean) => vi.waitUntil(() => fleet.sees(isReady), { timeout: 10_000 });
  const inRedis = async () => Number(await fleet.redis.hget(`${fleet.prefix}:{plantnet}:day:2026-11-22`, 'used'));
  /** Of a day with 500: 100 are spent, so 2 % of what is left are 8. */
  async function afterAHundred() {
    const all = [await fleet.instance({ dailyLimit: 500 }), await fleet.instance({ dailyLimit: 500 })] as const;
    const [one, other] = all;
    await spend(one, 99);
    await spend(other, 1);
    // The end of a call is told to Redis after its answer, and shows how things stand then.
    await fleet.settle();
    await call(one).then(() => failing(one, failed('misconfigured', 401)));
    await fleet.settle();
    return { one, other };
  }

  it('is gone lets each process spend 2 % of what it last saw left, and no more', async () => {
    const { one, other } = await afterAHundred();
    await redis.kill();
    await seen(false);
    expect([await letThrough(one, 50), await letThrough(other, 50)]).toEqual([7, 8]);
    await expect(call(one)).rejects.toMatchObject({ code: 'quota_exhausted', retryAfterMs: undefined });
    expect(one.shortage(1)).toEqual({});
  });

  it('hangs costs one call the time limit of Redis, and is told afterwards of what was spent', async () => {
    const { one, other } = await afterAHundred();
    redis.hang();
    expect([await letThrough(one, 50), await letThrough(other, 50)]).toEqual([7, 8]);
    await failing(one, failed('misconfigured', 401));
    redis.wake();
    await seen(true);
    await vi.waitFor(async () => expect(await inRedis()).toBe(101 + 15));
    await call(one);
    expect([await inRedis(), used(one), one.shortage(1)]).toEqual([117, 117, undefined]);
  });

  it('is gone does not forget a refusal because the provider says that there is enough', async () => {
    fleet.report = () => dayReport(500, 10);
    const quota = await fleet.instance();
    await quota.start();
    await redis.kill();
    await seen(false);
    await failing(quota, failed('quota', 429));
    await vi.waitFor(() => expect(fleet.polls).toBe(2));
    await vi.waitFor(() => expect(quota.shortage(1)).toEqual({ retryAfterMs: 60_000 }));
    await expect(call(quota)).rejects.toMatchObject({ code: 'quota_exhausted' });
    fleet.clock.advance(60_000);
    expect(quota.shortage(1)).toBeUndefined();
  });

  it('is gone while calls are out hears of their ends when it is back', async () => {
    const { one } = await afterAHundred();
    const [counted, refused] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const out = [counted, refused].map(({ promise }) => one.run(1, () => promise));
    await vi.waitFor(async () => expect(await inRedis()).toBe(103));
    redis.hang();
    await failing(one, failed('timeout'));
    counted.resolve('answered');
    refused.reject(failed('misconfigured', 401));
    await Promise.allSettled(out);
    redis.wake();
    await seen(true);
    await vi.waitFor(async () => expect(await inRedis()).toBe(103));
  });

  it('has lost its data begins with what the database has', async () => {
    const { one, other } = await afterAHundred();
    await redis.kill();
    await redis.start();
    await seen(true);
    await spend(other, 1);
    expect([await inRedis(), used(other), used(other, 'month')]).toEqual([102, 102, 102]);
    await spend(one, 1);
    expect([await inRedis(), await fleet.redis.hget(`${fleet.prefix}:{plantnet}:month:2026-11`, 'used')]).toEqual([
      103, 103,
    ]);
  });

  it('has lost its data asks the provider too, and keeps to the limit that it knew', async () => {
    fleet.report = () => dayReport(110, 100);
    const quota = await fleet.instance();
    await quota.start();
    await spend(quota, 2);
    fleet.report = () => dayReport(110, 109);
    await redis.kill();
    await redis.start();
    await seen(true);
    await vi.waitFor(() => expect([fleet.polls, used(quota)]).toEqual([2, 109]));
    expect(await letThrough(quota, 20)).toBe(1);
  });

  it('has lost its data counts the calls that were out then', async () => {
    const { one } = await afterAHundred();
    const answer = Promise.withResolvers<string>();
    const out = [1, 2, 3].map(() => one.run(1, () => answer.promise));
    await vi.waitFor(async () => expect(await inRedis()).toBe(104));
    await redis.kill();
    await redis.start();
    await seen(true);
    await call(one);
    expect(await inRedis()).toBe(102);
    answer.resolve('answered');
    await Promise.all(out);
    await vi.waitFor(async () => expect(await inRedis()).toBe(105));
  });

  it('was never there leaves what the database and the provider say', async () => {
    await redis.kill();
    fleet.rows.add('plantnet', NOON - 11 * HOUR, 300);
    const [ours, theirs] = [await fleet.instance({ dailyLimit: 500 }), await fleet.instance()];
    await ours.start();
    expect(await letThrough(ours, 20)).toBe(4);
    fleet.report = () => dayReport(400, 350);
    await theirs.start();
    expect([fleet.polls, await letThrough(theirs, 20)]).toEqual([2, 1]);
  });
});
