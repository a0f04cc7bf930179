import { hasRedisServer, RedisServer } from '@plantcommunity/resilience/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call, dayReport, failed, failing, letThrough, NOON, QuotaFleet, spend, used } from './testing/quota-fleet.ts';

const HOUR = 3_600_000;

/** Redis is killed, suspended and loses its data in these tests. */
describe.skipIf(!hasRedisServer)('a quota', () => {
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

  const seeRedis = (isReady: boolean) => expect.poll(() => fleet.sees(isReady)).toBe(true);
  const inRedis = async () => Number(await fleet.redis.hget(`${fleet.prefix}:{plantnet}:day:2026-11-22`, 'used'));
  /** Spends 100 credits of a day with 500, so that 2 % of the remaining ones are 8. */
  async function afterAHundred() {
    const all = [await fleet.instance({ dailyLimit: 500 }), await fleet.instance({ dailyLimit: 500 })] as const;
    const [one, other] = all;
    await spend(one, 99);
    await spend(other, 1);
    // A call is settled after its answer, and the reply has the current state.
    await fleet.settle();
    await call(one).then(() => failing(one, failed('misconfigured', 401)));
    await fleet.settle();
    return { one, other };
  }

  it('without Redis lets each process spend 2 % of the credits that its snapshot has left', async () => {
    const { one, other } = await afterAHundred();
    await redis.kill();
    await seeRedis(false);
    expect({ one: await letThrough(one, 50), other: await letThrough(other, 50) }).toEqual({ one: 7, other: 8 });
    await expect(call(one)).rejects.toMatchObject({ code: 'quota_exhausted', retryAfterMs: undefined });
    expect(one.shortage(1)).toEqual({});
  });

  it('with a hanging Redis delays one call by its time limit, and writes pending settlements afterwards', async () => {
    const { one, other } = await afterAHundred();
    redis.hang();
    expect({ one: await letThrough(one, 50), other: await letThrough(other, 50) }).toEqual({ one: 7, other: 8 });
    await failing(one, failed('misconfigured', 401));
    redis.wake();
    await seeRedis(true);
    await expect.poll(inRedis).toBe(101 + 15);
    await call(one);
    expect(await inRedis()).toBe(117);
    // Its own count follows the replies to its settlements.
    await expect.poll(() => used(one)).toBe(117);
    expect(one.shortage(1)).toBeUndefined();
  });

  it('without Redis keeps a refusal though the provider reports credits', async () => {
    fleet.report = () => dayReport(500, 10);
    const quota = await fleet.instance();
    await quota.start();
    await redis.kill();
    await seeRedis(false);
    await failing(quota, failed('quota', 429));
    await expect.poll(() => fleet.polls).toBe(2);
    await expect.poll(() => quota.shortage(1)).toEqual({ retryAfterMs: 60_000 });
    await expect(call(quota)).rejects.toMatchObject({ code: 'quota_exhausted' });
    fleet.clock.advance(60_000);
    expect(quota.shortage(1)).toBeUndefined();
  });

  it('settles calls that ended during an outage when Redis is back', async () => {
    const { one } = await afterAHundred();
    const [counted, refused] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const calls = [counted, refused].map(({ promise }) => one.run(1, () => promise));
    await expect.poll(inRedis).toBe(103);
    redis.hang();
    await failing(one, failed('timeout'));
    counted.resolve('answered');
    refused.reject(failed('misconfigured', 401));
    await Promise.allSettled(calls);
    redis.wake();
    await seeRedis(true);
    await expect.poll(inRedis).toBe(103);
  });

  it('continues with the daily usage after Redis has lost its data', async () => {
    const { one, other } = await afterAHundred();
    await redis.kill();
    await redis.start();
    await seeRedis(true);
    await spend(other, 1);
    expect({ redis: await inRedis(), day: used(other), month: used(other, 'month') }).toEqual({
      redis: 102,
      day: 102,
      month: 102,
    });
    await spend(one, 1);
    const month = await fleet.redis.hget(`${fleet.prefix}:{plantnet}:month:2026-11`, 'used');
    expect({ day: await inRedis(), month }).toEqual({ day: 103, month: 103 });
  });

  it('polls the provider and keeps its limit after Redis has lost its data', async () => {
    fleet.report = () => dayReport(110, 100);
    const quota = await fleet.instance();
    await quota.start();
    await spend(quota, 2);
    fleet.report = () => dayReport(110, 109);
    await redis.kill();
    await redis.start();
    await seeRedis(true);
    await expect.poll(() => ({ polls: fleet.polls, used: used(quota) })).toEqual({ polls: 2, used: 109 });
    expect(await letThrough(quota, 20)).toBe(1);
  });

  it('counts calls that were in flight when Redis lost its data', async () => {
    const { one } = await afterAHundred();
    const answer = Promise.withResolvers<string>();
    const calls = [1, 2, 3].map(() => one.run(1, () => answer.promise));
    await expect.poll(inRedis).toBe(104);
    await redis.kill();
    await redis.start();
    await seeRedis(true);
    await call(one);
    expect(await inRedis()).toBe(102);
    answer.resolve('answered');
    await Promise.all(calls);
    await expect.poll(inRedis).toBe(105);
  });

  it('starts without Redis with the daily usage and the usage report', async () => {
    await redis.kill();
    fleet.rows.add('plantnet', NOON - 11 * HOUR, 300);
    const [ours, theirs] = [await fleet.instance({ dailyLimit: 500 }), await fleet.instance()];
    await ours.start();
    expect(await letThrough(ours, 20)).toBe(4);
    fleet.report = () => dayReport(400, 350);
    await theirs.start();
    expect({ polls: fleet.polls, letThrough: await letThrough(theirs, 20) }).toEqual({ polls: 2, letThrough: 1 });
  });
});
