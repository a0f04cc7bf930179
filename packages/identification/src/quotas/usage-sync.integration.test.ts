import { testRedisUrl } from '@plantcommunity/resilience/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, dayReport, failed, failing, letThrough, QuotaFleet, spend, used } from './testing/quota-fleet.ts';
import type { UsageReport } from './types.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe.skipIf(!testRedisUrl)('the usage report of a provider', () => {
  let fleet: QuotaFleet;
  beforeEach(() => {
    fleet = new QuotaFleet();
  });
  afterEach(() => fleet.close());

  /** Advances the clock by one refresh of 30 s after the other, and waits for the effects of each. */
  async function pass(ms: number) {
    for (let passed = 0; passed < ms; passed += 30_000) {
      fleet.clock.advance(30_000);
      await fleet.settle();
    }
  }

  it('is polled at the start, once for all processes, and has the limit when ours is unset', async () => {
    fleet.report = () => dayReport(5, 3);
    const all = await Promise.all([fleet.instance(), fleet.instance(), fleet.instance()]);
    await Promise.all(all.map((quota) => quota.start()));
    expect(fleet.polls).toBe(1);
    const counts = await Promise.all(all.map((quota) => letThrough(quota, 5)));
    expect(counts.reduce((sum, count) => sum + count)).toBe(2);
  });

  it('is polled every hour, by one process', async () => {
    const all = await Promise.all([fleet.instance(), fleet.instance()]);
    await Promise.all(all.map((quota) => quota.start()));
    await pass(HOUR - MINUTE);
    expect(fleet.polls).toBe(1);
    await pass(2 * MINUTE);
    expect(fleet.polls).toBe(2);
    await pass(HOUR);
    expect(fleet.polls).toBe(3);
  });

  it('is polled every five minutes while no credits are left, so that bought credits are seen', async () => {
    fleet.report = () => ({ windows: { total: { limit: 10, used: 10 } }, exhausted: true });
    const quota = await fleet.instance({}, 'plant_id');
    await quota.start();
    expect(quota.shortage(1)).toEqual({ retryAfterMs: 5 * MINUTE });
    fleet.report = () => ({ windows: { total: { limit: 20, used: 10 } }, exhausted: false });
    await pass(4 * MINUTE);
    await expect(call(quota)).rejects.toMatchObject({ code: 'quota_exhausted' });
    await pass(2 * MINUTE);
    expect({ polls: fleet.polls, shortage: quota.shortage(1) }).toEqual({ polls: 2, shortage: undefined });
    expect(await letThrough(quota, 20)).toBe(10);
  });

  it('with an exhausted limit that never resets makes calls wait for the next poll only', async () => {
    fleet.report = () => ({ windows: { total: { limit: 10, used: 10 } }, exhausted: false });
    const quota = await fleet.instance({}, 'plant_id');
    await quota.start();
    await expect(call(quota)).rejects.toMatchObject({ retryAfterMs: 5 * MINUTE });
  });

  it.each([
    { name: 'without an exhausted limit', spent: 10, limits: {} },
    { name: 'with an exhausted limit that is unlimited for us', spent: 100, limits: { dailyLimit: 0 } },
  ])('that the key is not usable, $name, holds for ten minutes or until the next report', async ({ spent, limits }) => {
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
    'with an exhausted day lets calls through when the next day starts (exhausted: %s)',
    async (exhausted) => {
      fleet.clock.advance(10 * HOUR);
      fleet.report = () => ({ windows: { day: { limit: 100, used: 100 } }, exhausted });
      const quota = await fleet.instance({}, 'plant_id');
      await quota.start();
      await failing(quota, failed('quota', 429));
      expect(quota.shortage(1)).toEqual({ retryAfterMs: 2 * HOUR });
      await pass(2 * HOUR - MINUTE);
      fleet.clock.advance(MINUTE - 1);
      await fleet.settle();
      expect(quota.shortage(1)).toEqual({ retryAfterMs: 1 });
      fleet.clock.advance(1);
      expect(await letThrough(quota, 3)).toBe(3);
    },
  );

  it('at the start takes precedence over the daily usage, part of which the provider did not count', async () => {
    fleet.rows.add('plantnet', fleet.clock.now(), 480);
    fleet.report = () => dayReport(500, 300);
    const quota = await fleet.instance();
    await quota.start();
    expect(await letThrough(quota, 250)).toBe(200);
  });

  it('is polled after a 429, and takes its place', async () => {
    const [one, other] = [await fleet.instance(), await fleet.instance()];
    await one.start();
    fleet.report = () => dayReport(500, 500);
    await failing(one, failed('quota', 429));
    await expect.poll(() => fleet.polls).toBe(2);
    await expect.poll(() => used(one)).toBe(500);
    fleet.clock.advance(MINUTE);
    expect(one.shortage(1)).toEqual({ retryAfterMs: 12 * HOUR - MINUTE });
    await expect(call(other)).rejects.toMatchObject({ retryAfterMs: 12 * HOUR - MINUTE });
  });

  it('ends a refusal, but not at once: a provider that refuses may still report credits', async () => {
    fleet.report = () => dayReport(500, 10);
    const quota = await fleet.instance();
    await quota.start();
    await failing(quota, failed('quota', 429, 12 * HOUR));
    await expect.poll(() => fleet.polls).toBe(2);
    await pass(4 * MINUTE);
    expect(quota.shortage(1)).toBeDefined();
    await pass(2 * MINUTE);
    expect(quota.shortage(1)).toBeUndefined();
  });

  it('lowers the remaining credits at once when another client spends', async () => {
    const quota = await fleet.instance({ dailyLimit: 100 });
    await spend(quota, 3);
    fleet.report = () => dayReport(500, 98);
    await quota.start();
    expect(used(quota)).toBe(98);
    expect(await letThrough(quota, 10)).toBe(2);
  });

  it('raises the remaining credits as far as it confirms that calls were not counted', async () => {
    const quota = await fleet.instance({ dailyLimit: 5 });
    for (let n = 0; n < 5; n += 1) await failing(quota, failed('timeout'));
    await expect(call(quota)).rejects.toMatchObject({ code: 'quota_exhausted' });
    // Before that, the provider may still work on them.
    fleet.clock.advance(2 * MINUTE);
    fleet.report = () => dayReport(500, 2);
    await quota.start();
    expect(await letThrough(quota, 10)).toBe(3);
  });

  it('is polled soon after hanging calls have certainly ended, and settles their reservations', async () => {
    const [one, other] = [await fleet.instance({ dailyLimit: 100 }), await fleet.instance({ dailyLimit: 100 })];
    await Promise.all([one.start(), other.start()]);
    for (let n = 0; n < 20; n += 1) await failing(one, failed('timeout'));
    expect(used(one)).toBe(20);
    fleet.report = () => dayReport(500, 3);
    // 35 s for the call, 60 s until it has certainly ended, and a refresh every 30 s.
    await pass(90_000);
    expect({ polls: fleet.polls, used: used(one) }).toEqual({ polls: 1, used: 20 });
    await pass(90_000);
    expect({ polls: fleet.polls, one: used(one), other: used(other) }).toEqual({ polls: 2, one: 3, other: 3 });
    await pass(10 * MINUTE);
    expect(fleet.polls).toBe(2);
  });

  it('is polled every minute after a hanging call until a poll succeeds', async () => {
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

  it('releases no credits of calls in flight', async () => {
    const quota = await fleet.instance({ dailyLimit: 3 });
    const answer = Promise.withResolvers<string>();
    const calls = [1, 2].map(() => quota.run(1, () => answer.promise));
    await expect.poll(() => used(quota)).toBe(2);
    fleet.report = () => dayReport(500, 0);
    await quota.start();
    expect({ used: used(quota), letThrough: await letThrough(quota, 5) }).toEqual({ used: 2, letThrough: 1 });
    answer.resolve('answered');
    await Promise.all(calls);
  });

  it('releases no credits of calls that end during the poll', async () => {
    const quota = await fleet.instance({ dailyLimit: 3 });
    const answer = Promise.withResolvers<string>();
    const calls = quota.run(1, () => answer.promise);
    await expect.poll(() => used(quota)).toBe(1);
    fleet.report = async () => {
      answer.resolve('answered');
      await calls;
      await call(quota);
      return dayReport(500, 0);
    };
    await quota.start();
    expect(await letThrough(quota, 5)).toBe(1);
  });

  it('with an answer lowers the remaining credits, and never raises them', async () => {
    const quota = await fleet.instance();
    const callReporting = (report: UsageReport) =>
      quota.run(1, async (reporter) => {
        reporter.reportUsage(report);
        return 'answered';
      });
    await callReporting(dayReport(500, 40));
    await expect.poll(() => quota.counters()[1]).toMatchObject({ used: 40, limit: 500 });
    await callReporting(dayReport(500, 3));
    await callReporting(dayReport(41, 41));
    await expect
      .poll(() => ({ used: used(quota), ...quota.shortage(1) }))
      .toEqual({ used: 42, retryAfterMs: 12 * HOUR });
  });

  it('around midnight may be that of another day, and its usage is ignored', async () => {
    const quota = await fleet.instance();
    fleet.clock.advance(12 * HOUR + 1_000);
    fleet.report = () => dayReport(500, 500);
    await quota.start();
    expect(quota.shortage(1)).toBeUndefined();
    expect(quota.counters()[1]).toMatchObject({ limit: 500, used: 0 });
  });

  it('that cannot be fetched changes nothing, and is polled again after five minutes', async () => {
    fleet.report = () => Promise.reject(failed('timeout'));
    const quota = await fleet.instance({ dailyLimit: 10 });
    await quota.start();
    expect(fleet.lines).toEqual(['[QUOTA] Could not fetch the usage report']);
    await pass(4 * MINUTE);
    expect({ polls: fleet.polls, letThrough: await letThrough(quota, 20) }).toEqual({ polls: 1, letThrough: 10 });
    await pass(2 * MINUTE);
    expect(fleet.polls).toBe(2);
  });
});
