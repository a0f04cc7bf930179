import { describe, expect, it, vi } from 'vitest';
import type { Counter } from '../quotas/counter.ts';
import { periodsOf } from '../quotas/periods.ts';
import { messagesInto } from '../quotas/testing/messages.ts';
import { aboveWarnShare, QuotaLog, warningText } from './quota-log.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const counters = (used: number, limit: number | undefined): Counter[] =>
  periodsOf(NOON).map((period) => ({ period, used, limit: period.window === 'month' ? limit : undefined }));

describe('operators are warned', () => {
  it.each([
    ['plant_id', 79, false],
    ['plant_id', 80, true],
    ['plantnet', 89, false],
    ['plantnet', 90, true],
  ] as const)('of %s at %i of 100: %s', (provider, used, warned) => {
    expect(aboveWarnShare(provider, counters(used, 100)).map(({ period }) => period.window)).toEqual(
      warned ? ['month'] : [],
    );
  });

  it('of nothing that has no limit', () => expect(aboveWarnShare('plant_id', counters(1e9, undefined))).toEqual([]));

  it('with the numbers and the end of the period', () => {
    const texts = aboveWarnShare('plant_id', counters(815, 1_000)).map((counter) => warningText('plant_id', counter));
    expect(texts).toEqual(['[QUOTA] plant_id has used 81% of its month (815 of 1000, until 2026-12-01T00:00:00.000Z)']);
  });
});

function listen(warns: () => Promise<boolean>) {
  const lines: string[] = [];
  return { lines, log: new QuotaLog('plant_id', messagesInto(lines), warns) };
}

describe('the log', () => {
  it('asks once a period whether it is this process that warns', async () => {
    const warns = vi.fn<() => Promise<boolean>>(async () => false);
    const { lines, log } = listen(warns);
    for (const used of [800, 900, 950]) log.update(counters(used, 1_000), []);
    await vi.waitFor(() => expect(warns).toHaveBeenCalledTimes(1));
    expect(lines).toEqual([]);
  });

  it('asks again when nobody could tell', async () => {
    const warns = vi.fn<() => Promise<boolean>>(() => Promise.reject(new Error('Redis is away')));
    const { lines, log } = listen(warns);
    log.update(counters(800, 1_000), []);
    await new Promise(setImmediate);
    warns.mockImplementation(async () => true);
    log.update(counters(800, 1_000), []);
    await vi.waitFor(() => expect(lines).toHaveLength(1));
  });

  it('says when nothing is left, and when nothing is left again', () => {
    const { lines, log } = listen(async () => false);
    const [full, free] = [counters(10, 10), counters(0, 10)];
    const month = full.filter(({ limit }) => limit !== undefined);
    for (const [seen, out] of [
      [full, month],
      [full, month],
      [free, []],
      [full, month],
    ] as const) {
      log.update(seen, out);
    }
    const line = '[QUOTA] plant_id is not asked: its quota is used up, until 2026-12-01T00:00:00.000Z';
    expect(lines).toEqual([line, line]);
  });
});
