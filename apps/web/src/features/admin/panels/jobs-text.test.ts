import { describe, expect, it } from 'vitest';
import type { JobStatus } from '../../../lib/wire.ts';
import { at, NOW, plain } from '../testing/overview-of.ts';
import { lastRunText, nextRunText, runsText } from './jobs-text.ts';

const jobOf = (given: Partial<JobStatus>): JobStatus => ({ name: 'quota-check', runs: [], failing: false, ...given });

describe('the text of a job', () => {
  it.each<[JobStatus['runs'], string]>([
    [[], 'Not run yet'],
    [[{ at: at(-19), duration_ms: 40, ok: true }], '02:44:00, 40 ms'],
    [[{ at: at(-19), ok: true }], '02:44:00'],
    [[{ at: at(-19), duration_ms: 40, ok: false, report: '503' }], '02:44:00, failed: 503'],
    [[{ at: at(-19), ok: false }], '02:44:00, failed'],
    [[{ at: at(-19) }], 'Running since 02:44:00'],
  ])('has the last run of %j', (runs, text) => {
    expect(plain(lastRunText(jobOf({ runs }), NOW, 'Europe/Berlin'))).toBe(text);
  });

  it.each<[Partial<JobStatus>, string]>([
    [{ next_at: at(41) }, 'next 02:45'],
    [{ next_at: at(-1) }, 'next now'],
    [{ next_at: at(80_000) }, 'next 23 Nov, 00:57'],
    [{ next_at: at(221), failing: true, waiting: 3 }, 'again 02:48, 3 wait'],
    [{ next_at: at(41), waiting: 1 }, 'next 02:45, 1 waits'],
    [{}, ''],
  ])('has the next run with %j', (given, text) => {
    expect(nextRunText(jobOf(given), NOW, 'Europe/Berlin')).toBe(text);
  });

  it('counts its runs by result', () => {
    const runs = [{ at: at(-3), ok: true }, { at: at(-2), ok: false }, { at: at(-1), ok: true }, { at: at(0) }];
    expect(runsText(runs)).toBe('Last 4 runs: 2 well, 1 failed, 1 running');
  });
});
