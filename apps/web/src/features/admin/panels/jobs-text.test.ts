import { describe, expect, it } from 'vitest';
import type { JobStatus } from '../../../lib/wire.ts';
import { at, NOW, plain } from '../testing/overview-of.ts';
import { failuresText, isFailing, lastRunText, nextRunText, runsText } from './jobs-text.ts';

const jobOf = (given: Partial<JobStatus>): JobStatus => ({ name: 'report-quota-use', runs: [], failures: 0, ...given });

describe('the text of a job', () => {
  it.each<[JobStatus['runs'], string]>([
    [[], 'Not run yet'],
    [[{ at: at(-19), duration_ms: 40, outcome: 'succeeded' }], '02:44:00, 40 ms'],
    [[{ at: at(-19), outcome: 'succeeded' }], '02:44:00'],
    [[{ at: at(-19), duration_ms: 40, outcome: 'failed', report: '503' }], '02:44:00, failed: 503'],
    [[{ at: at(-19), outcome: 'failed' }], '02:44:00, failed'],
    [[{ at: at(-19), outcome: 'lost', report: 'The process has died.' }], '02:44:00, lost: The process has died.'],
    [[{ at: at(-19), outcome: 'stopped' }], '02:44:00, stopped'],
    [[{ at: at(-19) }], 'Running since 02:44:00'],
  ])('has the last run of %j', (runs, text) => {
    expect(plain(lastRunText(jobOf({ runs }), NOW, 'Europe/Berlin'))).toBe(text);
  });

  it.each<[Partial<JobStatus>, string]>([
    [{ next_at: at(41) }, 'next 02:45'],
    [{ next_at: at(-1) }, 'next now'],
    [{ next_at: at(80_000) }, 'next 23 Nov, 00:57'],
    [{ next_at: at(221), failures: 1, waiting: 3 }, 'again 02:48, 3 wait'],
    [{ next_at: at(41), waiting: 1 }, 'next 02:45, 1 waits'],
    [{}, ''],
  ])('has the next run with %j', (given, text) => {
    expect(nextRunText(jobOf(given), NOW, 'Europe/Berlin')).toBe(text);
  });

  it.each([
    [0, undefined, false],
    [1, 'failed 1×', false],
    [2, 'failed 2×', false],
    [3, 'fails', true],
  ])('tells %d failures in succession, and from three on that it fails', (failures, text, fails) => {
    const job = jobOf({ failures });
    expect({ text: failuresText(job), fails: isFailing(job) }).toEqual({ text, fails });
  });

  it('counts its runs by result', () => {
    const outcomes = ['succeeded', 'failed', 'stopped', 'succeeded', 'lost', undefined] as const;
    const runs = outcomes.map((outcome) => ({ at: at(-1), outcome }));
    expect(runsText(runs)).toBe('Last 6 runs: 2 well, 1 failed, 1 lost, 1 stopped, 1 running');
    expect(runsText(runs.slice(0, 1))).toBe('Last 1 run: 1 well');
  });
});
