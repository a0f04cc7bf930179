import { testRedisUrl } from '@plantcommunity/resilience/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { UsageReport } from '../providers/usage-report.ts';
import { call, dayReport, failed, failing, letThrough, QuotaFleet, spend, used } from './testing/quota-fleet.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe.skipIf(!testRedisUrl)('the word of a provider', () => {
  let fleet: QuotaFleet;
  beforeEach(() => {
    fleet = new QuotaFleet();
  });
  afterEach(() => fleet.close());

  /** Lets the looks of half a minute come, and what follows from them. */
  async function pass(ms: number) {
    for (let passed = 0; passed < ms; passed += 30_000) {
      fleet.clock.advance(30_000);
      await fleet.settle();
    }
  }

  it('is asked for at the start, once for all who start, and is the limit where we set none', async () => {
    fleet.report = () => dayReport(5, 3);
    const all = await Promise.all([fleet.instance(), fleet.instance(), fleet.instance()]);
    await Promise.all(all.map((quota) => quota.start()));
    expect(fleet.polls).toBe(1);
    const counts = await Promise.all(all.map((quota) => letThrough(quota, 5)));
    expect(counts.reduce((sum, count) => sum + count)).toBe(2);
  });

  it('is asked for each hour, by one of them', async () => {
    const all = await Promise.all([fleet.instance(), fleet.instance()]);
    await Promise.all(all.map((quota) => quota.start()));
    await pass(HOUR - MINUTE);
    expect(fleet.polls).toBe(1);
    await pass(2 * MINUTE);
    expect(fleet.polls).toBe(2);
    await pass(HOUR);
    expect(fleet.polls).toBe(3);
  });

  it('is asked for every five minutes while nothing is left, so that credits that are bought are seen', async () => {
    fleet.report = () => ({ windows: { total: { limit: 10, used: 10 } }, exhausted: true });
    const quota = await fleet.instance({}, 'plant_id');
    await quota.start();
    expect(quota.shortage(1)).toEqual({ retryAfterMs: 5 * MINUTE });
    fleet.report = () => ({ windows: { total: { limit: 20, used: 10 } }, exhausted: false });
    await pass(4 * MINUTE);
    await expect(call(quota)).rejects.toMatchObject({ code: 'quota_exhausted' });
    await pass(2 * MINUTE);
    expect([fleet.polls, quota.shortage(1)]).toEqual([2, undefined]);
    expect(await letThrough(quota, 20)).toBe(10);
  });

  it('of a limit without a known reset lets nobody wait long', async () => {
    fleet.report = () => ({ windows: { total: { limit: 10, used: 10 } }, exhausted: false });
    const quota = await fleet.instance({}, 'plant_id');
    await quota.start();
    await expect(call(quota)).rejects.toMatchObject({ retryAfterMs: 5 * MINUTE });
  });

  it.each([
    ['no number tells why', 10, {}],
    ['the number that does is none of ours', 100, { dailyLimit: 0 }],
  ])('that a key may not be used holds ten minutes, or until it says otherwise, when %s', async (_, spent, limits) => {
    fleet.report = () => ({ windows: { day: { limit: 100, used: spent } }, exhausted: true });
    const quota = await fleet.instance(limits, 'plant_id');
    await quota.start();
    expect(quota.shortage(1)).toEqual({ retryAfterMs: 10 * MINUTE });
    await pass(30 * MINUTE);
    expect(quota.shortage(1)).toBeDefined();
    fleet.report = () => ({ windows: { day: { limit: 100, used: 10 } }, exhausted: false });
    await pass(6 * MINUTE);
    expect(quota.shortage(1)).toBeUndefined();
  });

  it.each([true, false])(
    'lets calls through as soon as the day begins anew (it said that it refuses: %s)',
    async (exhausted) => {
      fleet.report = () => ({ windows: { day: { limit: 100, used: 100 } }, exhausted });
      const quota = await fleet.instance({}, 'plant_id');
      await quota.start();
      await failing(quota, failed('quota', 429));
      expect(quota.shortage(1)).toEqual({ retryAfterMs: 12 * HOUR });
      await pass(12 * HOUR - MINUTE);
      fleet.clock.advance(MINUTE - 1);
      await fleet.settle();
      expect(quota.shortage(1)).toEqual({ retryAfterMs: 1 });
      fleet.clock.advance(1);
      expect(await letThrough(quota, 3)).toBe(3);
    },
  );

  it('at the start holds over what the database has counted, some of which the provider did not', async () => {
    fleet.rows.add('plantnet', fleet.clock.now(), 480);
    fleet.report = () => dayReport(500, 300);
    const quota = await fleet.instance();
    await quota.start();
    expect(await letThrough(quota, 250)).toBe(200);
  });

  it('is asked for after a 429, and holds instead of it', async () => {
    const [one, other] = [await fleet.instance(), await fleet.instance()];
    await one.start();
    fleet.report = () => dayReport(500, 500);
    await failing(one, failed('quota', 429));
    await vi.waitFor(() => expect(fleet.polls).toBe(2));
    await vi.waitFor(() => expect(used(one)).toBe(500));
    fleet.clock.advance(MINUTE);
    expect(one.shortage(1)).toEqual({ retryAfterMs: 12 * HOUR - MINUTE });
    await expect(call(other)).rejects.toMatchObject({ retryAfterMs: 12 * HOUR - MINUTE });
  });

  it('lifts a refusal, but not at once: a provider that refuses says at times that there is enough', async () => {
    fleet.report = () => dayReport(500, 10);
    const quota = await fleet.instance();
    await quota.start();
    await failing(quota, failed('quota', 429, 12 * HOUR));
    await vi.waitFor(() => expect(fleet.polls).toBe(2));
    await pass(4 * MINUTE);
    expect(quota.shortage(1)).toBeDefined();
    await pass(2 * MINUTE);
    expect(quota.shortage(1)).toBeUndefined();
  });

  it('lowers what is left at once when somebody else spends', async () => {
    const quota = await fleet.instance({ dailyLimit: 100 });
    await spend(quota, 3);
    fleet.report = () => dayReport(500, 98);
    await quota.start();
    expect(used(quota)).toBe(98);
    expect(await letThrough(quota, 10)).toBe(2);
  });

  it('raises what is left as far as it confirms, where calls were not counted after all', async () => {
    const quota = await fleet.instance({ dailyLimit: 5 });
    for (let n = 0; n < 5; n += 1) await failing(quota, failed('timeout'));
    await expect(call(quota)).rejects.toMatchObject({ code: 'quota_exhausted' });
    // Until then the provider may be at work on them.
    fleet.clock.advance(2 * MINUTE);
    fleet.report = () => dayReport(500, 2);
    await quota.start();
    expect(await letThrough(quota, 10)).toBe(3);
  });

  it('is asked for soon after a hang is over for certain, and settles what the hang has reserved', async () => {
    const [one, other] = [await fleet.instance({ dailyLimit: 100 }), await fleet.instance({ dailyLimit: 100 })];
    await Promise.all([one.start(), other.start()]);
    for (let n = 0; n < 20; n += 1) await failing(one, failed('timeout'));
    expect(used(one)).toBe(20);
    fleet.report = () => dayReport(500, 3);
    // 35 s for the call, 60 s until it is over for certain, and a look each 30 s.
    await pass(90_000);
    expect([fleet.polls, used(one)]).toEqual([1, 20]);
    await pass(90_000);
    expect([fleet.polls, used(one), used(other)]).toEqual([2, 3, 3]);
    await pass(10 * MINUTE);
    expect(fleet.polls).toBe(2);
  });

  it('is asked for each minute after a hang until it can be had', async () => {
    const quota = await fleet.instance({ dailyLimit: 100 });
    await quota.start();
    await failing(quota, failed('timeout'));
    fleet.report = () => Promise.reject(failed('timeout'));
    await pass(4 * MINUTE);
    expect(used(quota)).toBe(1);
    fleet.report = () => dayReport(500, 0);
    await pass(2 * MINUTE);
    expect(used(quota)).toBe(0);
  });

  it('gives nothing back of calls that are out', async () => {
    const quota = await fleet.instance({ dailyLimit: 3 });
    const answer = Promise.withResolvers<string>();
    const out = [1, 2].map(() => quota.run(1, () => answer.promise));
    await vi.waitFor(() => expect(used(quota)).toBe(2));
    fleet.report = () => dayReport(500, 0);
    await quota.start();
    expect([used(quota), await letThrough(quota, 5)]).toEqual([2, 1]);
    answer.resolve('answered');
    await Promise.all(out);
  });

  it('gives nothing back of calls that end while it is asked', async () => {
    const quota = await fleet.instance({ dailyLimit: 3 });
    const answer = Promise.withResolvers<string>();
    const out = quota.run(1, () => answer.promise);
    await vi.waitFor(() => expect(used(quota)).toBe(1));
    fleet.report = async () => {
      answer.resolve('answered');
      await out;
      await call(quota);
      return dayReport(500, 0);
    };
    await quota.start();
    expect(await letThrough(quota, 5)).toBe(1);
  });

  it('in passing lowers what is left, and raises nothing', async () => {
    const quota = await fleet.instance();
    const told = (word: UsageReport) =>
      quota.run(1, async (meter) => {
        meter.reportUsage(word);
        return 'answered';
      });
    await told(dayReport(500, 40));
    await vi.waitFor(() => expect([used(quota), quota.counters()[1]?.limit]).toEqual([40, 500]));
    await told(dayReport(500, 3));
    await told(dayReport(41, 41));
    await vi.waitFor(() => expect([used(quota), quota.shortage(1)?.retryAfterMs]).toEqual([42, 12 * HOUR]));
  });

  it('about midnight may be that of another day', async () => {
    const quota = await fleet.instance();
    fleet.clock.advance(12 * HOUR + 1_000);
    fleet.report = () => dayReport(500, 500);
    await quota.start();
    expect([quota.shortage(1), quota.counters()[1]]).toMatchObject([undefined, { limit: 500, used: 0 }]);
  });

  it('that cannot be had changes nothing, and is asked for again after five minutes', async () => {
    fleet.report = () => Promise.reject(failed('timeout'));
    const quota = await fleet.instance({ dailyLimit: 10 });
    await quota.start();
    expect(fleet.lines).toEqual(['[QUOTA] What is left cannot be asked now']);
    await pass(4 * MINUTE);
    expect([fleet.polls, await letThrough(quota, 20)]).toEqual([1, 10]);
    await pass(2 * MINUTE);
    expect(fleet.polls).toBe(2);
  });
});
