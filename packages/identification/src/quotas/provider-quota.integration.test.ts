import { randomUUID } from 'node:crypto';
import { connectRedis, type RedisConnection } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProviderError, type ProviderErrorKind, type ProviderName } from '../provider.ts';
import type { Quota, QuotaLimits } from './quota.ts';
import type { QuotaWord } from './quota-word.ts';
import { quotaUnderTest } from './testing/quota-under-test.ts';
import { usePerDayInMemory } from './testing/use-per-day.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 22, 12);

const silent: QuotaWord = { windows: {}, exhausted: false };
const day = (limit: number | null, used?: number): QuotaWord => ({
  windows: { day: { limit, used } },
  exhausted: false,
});

describe.skipIf(!process.env['TEST_REDIS_URL'])('the quota of a provider', () => {
  let prefix: string;
  let clock: FakeClock;
  let connections: RedisConnection[];
  let rows: ReturnType<typeof usePerDayInMemory>;
  let lines: string[];
  /** What the provider says when it is asked, and how often it was. */
  let service: { word: QuotaWord | (() => Promise<QuotaWord>); asked: number };

  beforeEach(() => {
    prefix = `test:${randomUUID()}`;
    clock = new FakeClock(NOON);
    connections = [];
    rows = usePerDayInMemory();
    lines = [];
    service = { word: silent, asked: 0 };
  });
  afterEach(() => Promise.all(connections.map((redis) => redis.close())));

  /** One more process. */
  async function instance(limits: QuotaLimits = {}, name: ProviderName = 'plantnet'): Promise<Quota> {
    const redis = await connectRedis({ url: process.env['TEST_REDIS_URL'] ?? '' }, { timeoutMs: 2_000 });
    connections.push(redis);
    const usage = async () => {
      service.asked += 1;
      return typeof service.word === 'function' ? await service.word() : service.word;
    };
    const write = (line: string) => void lines.push(String((JSON.parse(line) as { msg: unknown }).msg));
    const logger = createLogger({ level: 'warn', destination: { write } });
    return quotaUnderTest({ provider: { name, usage }, redis, clock, prefix, limits, usePerDay: rows, logger });
  }

  const call = (quota: Quota, credits = 1) => quota.run(credits, async () => 'answered');
  const failing = (quota: Quota, error: unknown) =>
    quota.run(1, () => Promise.reject(error)).catch((reason: unknown) => reason);
  const failed = (kind: ProviderErrorKind, status?: number, retryAfterMs?: number) =>
    new ProviderError('plantnet', kind, 'as scripted', { status, retryAfterMs });
  const used = (quota: Quota, window: string) => quota.counters().find(({ period }) => period.window === window)?.used;
  const settled = (quota: Quota, count: number) => vi.waitFor(() => expect(used(quota, 'day')).toBe(count));

  async function spend(quota: Quota, count: number) {
    for (let n = 0; n < count; n += 1) await call(quota);
  }

  it('lets so many calls through as the limit has room for, over all processes, and says when it begins anew', async () => {
    const [one, other] = [await instance({ dailyLimit: 10 }), await instance({ dailyLimit: 10 })];
    const attempts = await Promise.allSettled(
      [one, other].flatMap((quota) => Array.from({ length: 20 }, () => call(quota))),
    );
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(attempts.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'quota_exhausted', retryAfterMs: 12 * HOUR },
    });
    expect([one.refusal(1), other.refusal(1)]).toEqual([{ retryAfterMs: 12 * HOUR }, { retryAfterMs: 12 * HOUR }]);
  });

  it('begins anew at the boundary of the tightest window', async () => {
    const quota = await instance({ dailyLimit: 3, hourlyLimit: 2 });
    await spend(quota, 2);
    await expect(call(quota)).rejects.toMatchObject({ retryAfterMs: HOUR });
    clock.advance(HOUR);
    await spend(quota, 1);
    await expect(call(quota)).rejects.toMatchObject({ retryAfterMs: 11 * HOUR });
    clock.advance(11 * HOUR - 1);
    await expect(call(quota)).rejects.toMatchObject({ retryAfterMs: 1 });
    clock.advance(1);
    await spend(quota, 2);
  });

  it('takes all of a call or nothing', async () => {
    const quota = await instance({ dailyLimit: 3 });
    await call(quota, 2);
    await expect(call(quota, 2)).rejects.toMatchObject({ code: 'quota_exhausted' });
    expect(used(quota, 'hour')).toBe(2);
    await call(quota);
  });

  it('counts without a limit too, and 0 is none', async () => {
    service.word = day(5, 0);
    const quota = await instance({ dailyLimit: 0 });
    await quota.start();
    await spend(quota, 20);
    expect([used(quota, 'day'), quota.refusal(1)]).toEqual([20, undefined]);
    quota.close();
  });

  it.each<[string, unknown, number]>([
    ['a refused key', failed('misconfigured', 401), 1],
    ['want of credits', failed('quota', 429), 1],
    ['a refused photo, which Pl@ntNet counts', failed('rejected', 400), 0],
    ['a timeout', failed('timeout'), 0],
  ])('gives back a call that ends with %s or not', async (_, error, left) => {
    const quota = await instance({ dailyLimit: 1 });
    await failing(quota, error);
    clock.advance(60_001);
    expect((await Promise.allSettled([call(quota)]))[0].status).toBe(left === 1 ? 'fulfilled' : 'rejected');
    expect(rows.rows.length).toBe(1);
  });

  it('gives back to the period it was taken from', async () => {
    const quota = await instance({ dailyLimit: 2 });
    clock.advance(12 * HOUR - 1);
    const end = Promise.withResolvers<never>();
    const straddles = quota.run(1, () => end.promise).catch(() => undefined);
    await settled(quota, 1);
    clock.advance(1);
    await spend(quota, 2);
    end.reject(failed('misconfigured', 401));
    await straddles;
    await expect(call(quota)).rejects.toMatchObject({ code: 'quota_exhausted' });
    const yesterday = await connections[0]?.redis.hget(`${prefix}:{plantnet}:day:2026-11-22`, 'used');
    expect(yesterday).toBe(0);
  });

  it('keeps no counter for ever', async () => {
    const quota = await instance();
    await call(quota);
    const keys = (await connections[0]?.redis.keys(`${prefix}:*`)) ?? [];
    expect(keys.length).toBeGreaterThan(5);
    for (const key of keys) expect(await connections[0]?.redis.pttl(key)).toBeGreaterThan(0);
  });

  it('holds back after a 429 in all processes until the provider said', async () => {
    const [one, other] = [await instance(), await instance()];
    await failing(one, failed('quota', 429, 5_000));
    expect(one.refusal(1)).toEqual({ retryAfterMs: 5_000 });
    await expect(call(other)).rejects.toMatchObject({ code: 'quota_exhausted', retryAfterMs: 5_000 });
    clock.advance(5_000);
    await call(other);
  });

  it('warns once a period, over all processes, at 90 % of a day of Pl@ntNet', async () => {
    const [one, other] = [await instance({ dailyLimit: 10 }), await instance({ dailyLimit: 10 })];
    await spend(one, 8);
    expect(lines).toEqual([]);
    await spend(other, 1);
    await spend(one, 1);
    const warned = () => lines.filter((line) => line.includes('has used'));
    await vi.waitFor(() => expect(warned()).toHaveLength(1));
    expect(warned()[0]).toBe('[QUOTA] plantnet has used 90% of its day (9 of 10, until 2026-11-23T00:00:00.000Z)');
    clock.advance(12 * HOUR);
    await spend(one, 10);
    await vi.waitFor(() => expect(warned()).toHaveLength(2));
  });
});
