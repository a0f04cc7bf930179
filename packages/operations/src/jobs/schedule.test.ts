import { describe, expect, it } from 'vitest';
import {
  attemptAfter,
  dueAt,
  failuresUpTo,
  isLost,
  type JobOutcome,
  nextTime,
  type Run,
  type Schedule,
} from './schedule.ts';

const at = (time: string) => Date.parse(`2026-11-27T${time}Z`);
const HOUR_MS = 3_600_000;

describe('the next regular time of a job', () => {
  it.each<[Schedule, string, string]>([
    [{ minutes: 1 }, '10:00:00', '2026-11-27T10:01:00.000Z'],
    [{ minutes: 1 }, '10:00:59.999', '2026-11-27T10:01:00.000Z'],
    [{ minutes: 60 }, '10:17:00', '2026-11-27T11:00:00.000Z'],
    [{ dailyAt: '00:00' }, '00:00:00', '2026-11-28T00:00:00.000Z'],
    [{ dailyAt: '03:10' }, '03:09:59.999', '2026-11-27T03:10:00.000Z'],
    [{ dailyAt: '03:10' }, '03:10:00', '2026-11-28T03:10:00.000Z'],
    [{ dailyAt: '23:59' }, '23:59:30', '2026-11-28T23:59:00.000Z'],
  ])('%j after %s is %s', (every, time, next) => {
    expect(new Date(nextTime(every, at(time))).toISOString()).toBe(next);
  });
});

function ended(
  outcome: JobOutcome,
  { attempt = 1, startedAt = '10:00:00', endedAt }: { attempt?: number; startedAt?: string; endedAt?: string } = {},
): Run {
  const start = at(startedAt);
  return { startedAt: start, attempt, aliveUntil: start + 60_000, end: { at: at(endedAt ?? startedAt), outcome } };
}

describe('a job is due', () => {
  it('at once when it never ran', () => {
    expect(dueAt({ dailyAt: '00:00' }, undefined, at('10:00:00'))).toBe(at('10:00:00'));
  });

  it('at its next regular time after a success, counted from the start of the run', () => {
    expect(dueAt({ minutes: 5 }, ended('succeeded', { endedAt: '10:12:00' }), at('10:12:00'))).toBe(at('10:05:00'));
  });

  it('at the end of a run that was stopped', () => {
    expect(dueAt({ dailyAt: '00:00' }, ended('stopped', { endedAt: '10:02:00' }), at('10:02:00'))).toBe(at('10:02:00'));
  });

  it('when the process of a run that goes on counts as dead', () => {
    expect(dueAt({ minutes: 1 }, { ...ended('lost'), end: null }, at('10:00:30'))).toBe(at('10:01:00'));
  });

  it.each([
    [1, '10:01:00'],
    [2, '10:02:00'],
    [5, '10:16:00'],
    [9, '14:16:00'],
    [10, '16:00:00'],
    [2_000, '16:00:00'],
  ])('again after failure %i of a daily job, at %s', (attempt, due) => {
    for (const outcome of ['failed', 'lost'] as const) {
      expect(new Date(dueAt({ dailyAt: '09:00' }, ended(outcome, { attempt }), at('10:00:00'))).toISOString()).toBe(
        `2026-11-27T${due}.000Z`,
      );
    }
  });

  it('at its regular time when that comes before the repetition', () => {
    const run = ended('failed', { attempt: 20, startedAt: '20:00:00' });
    expect(dueAt({ dailyAt: '00:00' }, run, at('20:00:00'))).toBe(at('20:00:00') + 4 * HOUR_MS);
  });

  it.each([
    [1, '10:01:00'],
    [3, '10:04:00'],
    [4, '10:05:00'],
    [400, '10:05:00'],
  ])('within five minutes after failure %i of a job of each minute', (attempt, due) => {
    expect(dueAt({ minutes: 1 }, ended('failed', { attempt }), at('10:00:00'))).toBe(at(due));
  });

  it.each<[string, Partial<Run>]>([
    ['succeeded', { end: { at: at('13:00:01'), outcome: 'succeeded' } }],
    ['failed', { end: { at: at('13:00:01'), outcome: 'failed' } }],
    ['was stopped', { end: { at: at('13:00:01'), outcome: 'stopped' } }],
    ['goes on', { end: null }],
  ])('at once after a run that %s by a clock three hours ahead', (_what, run) => {
    const ahead = { startedAt: at('13:00:00'), attempt: 1, aliveUntil: at('13:01:00'), end: null, ...run };
    for (const every of [{ minutes: 1 }, { dailyAt: '13:30' }] as const) {
      expect(dueAt(every, ahead, at('10:00:00'))).toBe(at('10:00:00'));
    }
  });

  it('as usual after a run by a clock that is less than a minute ahead', () => {
    const run = ended('succeeded', { startedAt: '10:00:59' });
    expect(dueAt({ minutes: 1 }, run, at('10:00:00'))).toBe(at('10:01:00'));
    expect(isLost({ aliveUntil: at('10:01:59'), end: null }, at('10:00:00'))).toBe(false);
  });
});

describe('failures in succession', () => {
  it.each<[JobOutcome, number, number]>([
    ['succeeded', 4, 0],
    ['failed', 4, 4],
    ['lost', 4, 4],
    ['stopped', 4, 3],
  ])('up to a run that %s as attempt %i are %i', (outcome, attempt, failures) => {
    expect(failuresUpTo(ended(outcome, { attempt }))).toBe(failures);
    expect(attemptAfter(ended(outcome, { attempt }))).toBe(failures + 1);
  });

  it('do not include a run that goes on', () => {
    expect(failuresUpTo({ attempt: 3, end: null })).toBe(2);
  });

  it('begin with attempt 1 for a job that never ran', () => {
    expect(attemptAfter(undefined)).toBe(1);
  });
});
