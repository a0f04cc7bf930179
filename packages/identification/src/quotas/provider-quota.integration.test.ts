import { testRedisUrl } from '@plantcommunity/resilience/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { call, dayReport, failed, failing, QuotaFleet, spend, used } from './testing/quota-fleet.ts';

const HOUR = 3_600_000;

describe.skipIf(!testRedisUrl)('the quota of a provider', () => {
  let fleet: QuotaFleet;
  beforeEach(() => {
    fleet = new QuotaFleet();
  });
  afterEach(() => fleet.close());

  it('lets through as many calls as the limit allows over all processes, and tells when it resets', async () => {
    const [one, other] = [await fleet.instance({ dailyLimit: 10 }), await fleet.instance({ dailyLimit: 10 })];
    const attempts = await Promise.allSettled(
      [one, other].flatMap((quota) => Array.from({ length: 20 }, () => call(quota))),
    );
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(attempts.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'quota_exhausted', retryAfterMs: 12 * HOUR },
    });
    for (const quota of [one, other]) expect(quota.shortage(1)).toEqual({ retryAfterMs: 12 * HOUR });
  });

  it('resets at the end of the tightest window', async () => {
    const quota = await fleet.instance({ dailyLimit: 3, hourlyLimit: 2 });
    await spend(quota, 2);
    await expect(call(quota)).rejects.toMatchObject({ retryAfterMs: HOUR });
    fleet.clock.advance(HOUR);
    await spend(quota, 1);
    await expect(call(quota)).rejects.toMatchObject({ retryAfterMs: 11 * HOUR });
    fleet.clock.advance(11 * HOUR - 1);
    await expect(call(quota)).rejects.toMatchObject({ retryAfterMs: 1 });
    fleet.clock.advance(1);
    await spend(quota, 2);
  });

  it('reserves all credits of a call or none', async () => {
    const quota = await fleet.instance({ dailyLimit: 3 });
    await call(quota, 2);
    await expect(call(quota, 2)).rejects.toMatchObject({ code: 'quota_exhausted' });
    expect(used(quota, 'hour')).toBe(2);
    await call(quota);
  });

  it('counts without a limit, too, and a limit of 0 is none', async () => {
    fleet.report = () => dayReport(5, 0);
    const quota = await fleet.instance({ dailyLimit: 0 });
    await quota.start();
    await spend(quota, 20);
    expect({ used: used(quota), shortage: quota.shortage(1) }).toEqual({ used: 20, shortage: undefined });
  });

  it.each<[string, string, unknown, number]>([
    ['releases', 'a rejected key', failed('misconfigured', 401), 1],
    ['releases', 'a lack of credits', failed('quota', 429), 1],
    ['counts', 'a rejected photo, which Pl@ntNet counts', failed('rejected', 400), 0],
    ['counts', 'a timeout', failed('timeout'), 0],
  ])('%s the credits of a call that ends with %s', async (_, __, error, left) => {
    const quota = await fleet.instance({ dailyLimit: 1 });
    await failing(quota, error);
    fleet.clock.advance(60_001);
    expect((await Promise.allSettled([call(quota)]))[0].status).toBe(left === 1 ? 'fulfilled' : 'rejected');
    expect(fleet.rows.rows.length).toBe(1);
  });

  it('releases the credits of a call that turned out to be unbilled', async () => {
    const quota = await fleet.instance({ dailyLimit: 1 });
    for (let n = 0; n < 3; n += 1) {
      await quota.run(1, async (reporter) => reporter.markUnbilled());
      await expect.poll(() => used(quota)).toBe(0);
    }
    expect(fleet.rows.rows).toEqual([]);
  });

  it('sees its own released credits at once, and those of another process after five seconds', async () => {
    const [one, other] = [await fleet.instance({ dailyLimit: 1 }), await fleet.instance({ dailyLimit: 1 })];
    const end = Promise.withResolvers<never>();
    const straying = one.run(1, () => end.promise).catch(() => undefined);
    await expect.poll(() => used(one)).toBe(1);
    await expect(call(other)).rejects.toMatchObject({ code: 'quota_exhausted' });
    expect(other.shortage(1)).toBeDefined();
    end.reject(failed('misconfigured', 401));
    await straying;
    expect(one.shortage(1)).toBeUndefined();
    expect(other.shortage(1)).toEqual({ retryAfterMs: 12 * HOUR });
    fleet.clock.advance(5_000);
    await expect.poll(() => other.shortage(1)).toBeUndefined();
  });

  it('releases credits in the period of their reservation', async () => {
    const quota = await fleet.instance({ dailyLimit: 2 });
    fleet.clock.advance(12 * HOUR - 1);
    const end = Promise.withResolvers<never>();
    const straddles = quota.run(1, () => end.promise).catch(() => undefined);
    await expect.poll(() => used(quota)).toBe(1);
    fleet.clock.advance(1);
    await spend(quota, 2);
    end.reject(failed('misconfigured', 401));
    await straddles;
    await expect(call(quota)).rejects.toMatchObject({ code: 'quota_exhausted' });
    const yesterday = await fleet.redis.hget(`${fleet.prefix}:{plantnet}:day:2026-11-22`, 'used');
    expect(yesterday).toBe(0);
  });

  it('gives every key a TTL', async () => {
    const quota = await fleet.instance();
    await call(quota);
    const keys = await fleet.redis.keys(`${fleet.prefix}:*`);
    expect(keys.length).toBeGreaterThan(5);
    for (const key of keys) expect(await fleet.redis.pttl(key)).toBeGreaterThan(0);
  });

  it('refuses calls after a 429 in all processes until the Retry-After ends', async () => {
    const [one, other] = [await fleet.instance(), await fleet.instance()];
    await failing(one, failed('quota', 429, 5_000));
    expect(one.shortage(1)).toEqual({ retryAfterMs: 5_000 });
    await expect(call(other)).rejects.toMatchObject({ code: 'quota_exhausted', retryAfterMs: 5_000 });
    fleet.clock.advance(5_000);
    await call(other);
  });

  it.each([
    { name: 'zero', retryAfterMs: 0, ms: 1_000 },
    { name: 'a hundred years', retryAfterMs: 100 * 365 * 24 * HOUR, ms: 24 * HOUR },
  ])('clamps a Retry-After of $name', async ({ retryAfterMs, ms }) => {
    const quota = await fleet.instance();
    const work = vi.fn<() => Promise<never>>(() => Promise.reject(failed('quota', 429, retryAfterMs)));
    for (let n = 0; n < 5; n += 1) await quota.run(1, work).catch(() => undefined);
    expect(work).toHaveBeenCalledTimes(1);
    expect(quota.shortage(1)).toEqual({ retryAfterMs: ms });
    fleet.clock.advance(ms);
    await call(quota);
  });

  it('refuses calls after a 402 until the next quota period, even for a whole month', async () => {
    const [one, other] = [await fleet.instance(), await fleet.instance()];
    await failing(one, failed('quota', 402, 8 * 24 * HOUR));
    fleet.clock.advance(7 * 24 * HOUR);
    expect(one.shortage(1)).toEqual({ retryAfterMs: 24 * HOUR });
    await expect(call(other)).rejects.toMatchObject({ code: 'quota_exhausted', retryAfterMs: 24 * HOUR });
    fleet.clock.advance(24 * HOUR);
    await call(other);
  });

  it('logs one warning per period over all processes at 90 % of Pl@ntNet’s day', async () => {
    const [one, other] = [await fleet.instance({ dailyLimit: 10 }), await fleet.instance({ dailyLimit: 10 })];
    await spend(one, 8);
    expect(fleet.lines).toEqual([]);
    await spend(other, 1);
    await spend(one, 1);
    const warned = () => fleet.lines.filter((line) => line.includes('has used'));
    await expect.poll(() => warned()).toHaveLength(1);
    expect(warned()[0]).toBe('[QUOTA] plantnet has used 90% of its day (9 of 10, until 2026-11-23T00:00:00.000Z)');
    fleet.clock.advance(12 * HOUR);
    await spend(one, 10);
    await expect.poll(() => warned()).toHaveLength(2);
  });

  it('warns of a month once a day over all processes, again soon after 00:00 UTC', async () => {
    const limits = { monthlyLimit: 10 };
    const quotas = [await fleet.instance(limits, 'plant_id'), await fleet.instance(limits, 'plant_id')];
    await Promise.all(quotas.map((quota) => quota.start()));
    for (const quota of quotas) await spend(quota, 4);
    const line = '[QUOTA] plant_id has used 80% of its month (8 of 10, until 2026-12-01T00:00:00.000Z)';
    await expect.poll(() => fleet.lines).toEqual([line]);
    const pass = async (ms: number) => {
      fleet.clock.advance(ms);
      await fleet.settle();
    };
    // Processes read the quota every 30 s; they begin to wait again once they have read it.
    await pass(12 * HOUR - 30_000);
    await pass(30_000);
    await pass(30_000);
    await expect.poll(() => fleet.lines).toEqual([line, line]);
    await pass(30_000);
    await pass(6 * HOUR);
    expect(fleet.lines).toEqual([line, line]);
  });
});
