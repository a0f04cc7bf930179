import { describe, expect, it, vi } from 'vitest';
import { plantId, plantNet } from '../providers/index.ts';
import { periodsOf } from '../quotas/periods.ts';
import { messagesInto } from '../quotas/testing/messages.ts';
import type { Counter } from '../quotas/types.ts';
import { aboveWarnShare, createQuotaLog, warningText } from './quota-log.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const counters = (used: number, limit: number | undefined): Counter[] =>
  periodsOf(NOON).map((period) => ({ period, used, limit: period.window === 'month' ? limit : undefined }));

describe('aboveWarnShare', () => {
  it.each([
    [plantId, 79, false],
    [plantId, 80, true],
    [plantNet, 89, false],
    [plantNet, 90, true],
  ] as const)('$0.name with %i of 100 credits used returns a counter: %s', ({ warnAtShare }, used, warned) => {
    expect(aboveWarnShare(warnAtShare, counters(used, 100)).map(({ period }) => period.window)).toEqual(
      warned ? ['month'] : [],
    );
  });

  it('returns no counter without a limit', () => {
    expect(aboveWarnShare(0.8, counters(1e9, undefined))).toEqual([]);
  });

  it('and warningText tell share, numbers and end of the period', () => {
    const texts = aboveWarnShare(0.8, counters(815, 1_000)).map((counter) => warningText('plant_id', counter));
    expect(texts).toEqual(['[QUOTA] plant_id has used 81% of its month (815 of 1000, until 2026-12-01T00:00:00.000Z)']);
  });
});

function quotaLog(claimWarning: () => Promise<boolean>) {
  const lines: string[] = [];
  return {
    lines,
    log: createQuotaLog({ provider: 'plant_id', warnAtShare: 0.8, logger: messagesInto(lines), claimWarning }),
  };
}

describe('the quota log', () => {
  it('claims the warning once per period', async () => {
    const claimWarning = vi.fn<() => Promise<boolean>>(async () => false);
    const { lines, log } = quotaLog(claimWarning);
    for (const used of [800, 900, 950]) log(counters(used, 1_000), []);
    await expect.poll(() => claimWarning).toHaveBeenCalledTimes(1);
    expect(lines).toEqual([]);
  });

  it('claims the warning again after Redis failed', async () => {
    const claimWarning = vi.fn<() => Promise<boolean>>(() => Promise.reject(new Error('Redis is down')));
    const { lines, log } = quotaLog(claimWarning);
    log(counters(800, 1_000), []);
    await new Promise(setImmediate);
    claimWarning.mockImplementation(async () => true);
    log(counters(800, 1_000), []);
    await expect.poll(() => lines).toHaveLength(1);
  });

  it('warns each time the quota becomes exhausted', () => {
    const { lines, log } = quotaLog(async () => false);
    const [full, unused] = [counters(10, 10), counters(0, 10)];
    const month = full.filter(({ limit }) => limit !== undefined);
    for (const [seen, exhausted] of [
      [full, month],
      [full, month],
      [unused, []],
      [full, month],
    ] as const) {
      log(seen, exhausted);
    }
    const line = '[QUOTA] plant_id is not called: its quota is used up, until 2026-12-01T00:00:00.000Z';
    expect(lines).toEqual([line, line]);
  });
});
