import { randomUUID } from 'node:crypto';
import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JobFailure } from './job.ts';
import { KEPT_FAILURES_MS, KEPT_RUNS } from './run-store.ts';
import type { Schedule } from './schedule.ts';
import { type ScriptedJob, scriptedJob } from './testing/scripted-job.ts';
import { startRunner, type TestRunner } from './testing/test-runner.ts';

const MINUTE_MS = 60_000;
const NOW = Date.parse('2026-11-27T10:00:00Z');
const EACH_MINUTE: Schedule = { minutes: 1 };
const DAILY: Schedule = { dailyAt: '00:00' };

let database: Database;
let prefix: string;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  prefix = `test:${randomUUID()}`;
  await database.client.jobRun.deleteMany();
});

const start = (job: ScriptedJob, { hasRedis = true, now = NOW } = {}): Promise<TestRunner> =>
  startRunner(job, { database, prefix, hasRedis, now });

const outcomes = async () =>
  (await database.client.jobRun.findMany({ orderBy: { number: 'asc' } })).map(({ outcome }) => outcome);

/** Waits until the last run in the database has ended. */
const lastRunEnded = () => expect.poll(async () => (await outcomes()).at(-1)).not.toBeNull();

describe.each([
  ['with Redis', true],
  ['without Redis', false],
])('two runners %s', (_, hasRedis) => {
  it('run a job once at each of its times', async () => {
    const job = scriptedJob('water', EACH_MINUTE);
    await using here = await start(job, { hasRedis });
    await using there = await start(job, { hasRedis });
    await Promise.all([here.idle(), there.idle()]);
    for (let minute = 1; minute <= 5; minute += 1) {
      await Promise.all([here.advance(MINUTE_MS), there.advance(MINUTE_MS)]);
    }
    expect({ starts: job.starts, outcomes: await outcomes() }).toEqual({
      starts: 6,
      outcomes: Array.from({ length: 6 }, () => 'succeeded'),
    });
  });

  it('never run a job at the same time, although it takes longer than its interval', async () => {
    const job = scriptedJob('water', EACH_MINUTE);
    job.results = undefined;
    const first = job.held();
    await using here = await start(job, { hasRedis });
    const run = await first;
    await using there = await start(job, { hasRedis, now: NOW + 59_000 });
    await there.idle();
    expect(job.starts).toBe(1);
    const second = job.held();
    run.end({ text: 'Done' });
    await here.idle();
    there.clock.advance(60_000);
    (await second).end({ text: 'Done' });
    await there.idle();
    expect(job.starts).toBe(2);
  });

  it('share failures: another instance repeats the run when it is due', async () => {
    const job = scriptedJob('water', DAILY);
    job.results = [new Error('The can is empty'), new Error('The can is empty')];
    await using here = await start(job, { hasRedis });
    await here.idle();
    await using there = await start(job, { hasRedis });
    await there.advance(59_000);
    expect(job.starts).toBe(1);
    await there.advance(1_000);
    await there.advance(2 * MINUTE_MS);
    expect({ starts: job.starts, outcomes: await outcomes() }).toEqual({
      starts: 3,
      outcomes: ['failed', 'failed', 'succeeded'],
    });
    const [water] = await there.runner.overview();
    expect(water).toMatchObject({ failures: 0, nextAt: Date.parse('2026-11-28T00:00:00Z') });
  });
});

describe('a job that is to run soon', () => {
  it('runs at once, and then at its regular times', async () => {
    const job = scriptedJob('water', DAILY);
    await using here = await start(job);
    await here.idle();
    here.runner.runSoon('water');
    await expect.poll(() => job.starts).toBe(2);
    await here.idle();
    await here.advance(10 * MINUTE_MS);
    expect({ starts: job.starts, outcomes: await outcomes() }).toEqual({
      starts: 2,
      outcomes: ['succeeded', 'succeeded'],
    });
  });

  it('runs once more when it is asked for during a run', async () => {
    const job = scriptedJob('water', DAILY);
    job.results = undefined;
    const first = job.held();
    await using here = await start(job);
    const run = await first;
    here.runner.runSoon('water');
    const second = job.held();
    run.end({ text: 'Done' });
    (await second).end({ text: 'Done' });
    await here.idle();
    expect({ starts: job.starts, outcomes: await outcomes() }).toEqual({
      starts: 2,
      outcomes: ['succeeded', 'succeeded'],
    });
  });

  it.each([
    ['with Redis', true],
    ['without Redis', false],
  ])('waits until the run of another instance is over (%s)', async (_, hasRedis) => {
    const job = scriptedJob('water', DAILY);
    job.results = undefined;
    const first = job.held();
    await using there = await start(job, { hasRedis });
    const run = await first;
    await using here = await start(job, { hasRedis });
    await here.idle();
    here.runner.runSoon('water');
    await here.idle();
    await here.advance(5_000);
    expect(job.starts).toBe(1);
    const second = job.held();
    run.end({ text: 'Done' });
    await there.idle();
    here.clock.advance(5_000);
    (await second).end({ text: 'Done' });
    await here.idle();
    expect(job.starts).toBe(2);
  });
});

describe('a run', () => {
  it('is in the overview while it goes on and after it ended, with its report and its next time', async () => {
    const job = scriptedJob('water', { minutes: 5 });
    job.results = undefined;
    const held = job.held();
    await using here = await start(job, { hasRedis: false });
    const run = await held;
    expect(await here.runner.overview()).toEqual([{ name: 'water', runs: [{ startedAt: NOW }], failures: 0 }]);
    here.clock.advance(2_000);
    run.end({ text: 'Watered 3 plants', waiting: 2 });
    await lastRunEnded();
    expect(await here.runner.overview()).toEqual([
      {
        name: 'water',
        runs: [{ startedAt: NOW, end: { at: NOW + 2_000, outcome: 'succeeded', report: 'Watered 3 plants' } }],
        nextAt: NOW + 5 * MINUTE_MS,
        failures: 0,
        waiting: 2,
      },
    ]);
  });

  it('that fails says why in overview, log and metrics, without secrets, and how much waits', async () => {
    const job = scriptedJob('water', DAILY);
    const reason = 'GET https://example.org/?api-key=2b10secret ended with 500';
    job.results = [new JobFailure(reason, { waiting: 4 })];
    await using here = await start(job);
    await here.idle();
    const [water] = await here.runner.overview();
    expect(water).toMatchObject({
      runs: [{ end: { outcome: 'failed', report: 'GET https://example.org/?api-key=[redacted] ended with 500' } }],
      nextAt: NOW + MINUTE_MS,
      failures: 1,
      waiting: 4,
    });
    const failure = here.log.find((line) => line.includes('[JOB] A run failed')) ?? '{}';
    expect(JSON.parse(failure)).toMatchObject({ level: 'error', job: 'water', run: 1, attempt: 1 });
    expect(here.log.join()).not.toContain('2b10secret');
    const metrics = await here.scrape();
    expect({
      failed: metrics.value('plantcommunity_job_runs_total', { job_name: 'water', outcome: 'failed' }),
      durations: metrics.value('plantcommunity_job_run_duration_seconds_count', { job_name: 'water' }),
      failures: metrics.value('plantcommunity_job_failures', { job_name: 'water' }),
      lastSuccess: metrics.value('plantcommunity_job_last_success_timestamp_seconds', { job_name: 'water' }),
      waiting: metrics.value('plantcommunity_job_waiting', { job_name: 'water' }),
    }).toEqual({ failed: 1, durations: 1, failures: 1, lastSuccess: undefined, waiting: 4 });
  });

  it('is aborted and counts as failed when it takes too long', async () => {
    const job = scriptedJob('water', DAILY, { timeLimitMs: 5_000 });
    job.results = undefined;
    const held = job.held();
    await using here = await start(job, { hasRedis: false });
    const { fail, signal } = await held;
    here.clock.advance(4_999);
    expect(signal.aborted).toBe(false);
    here.clock.advance(1);
    expect(signal.aborted).toBe(true);
    fail(new Error('aborted'));
    await here.idle();
    const [water] = await here.runner.overview();
    expect(water?.runs).toMatchObject([{ end: { outcome: 'failed', report: 'The job took longer than 5 seconds.' } }]);
  });

  it('that ignores its signal ends in the rows, and its process does not begin another one beside it', async () => {
    const job = scriptedJob('water', EACH_MINUTE, { timeLimitMs: 5_000 });
    job.results = undefined;
    const held = job.held();
    await using here = await start(job, { hasRedis: false });
    const run = await held;
    here.clock.advance(5_000);
    here.clock.advance(30_000);
    await lastRunEnded();
    expect(await outcomes()).toEqual(['failed']);
    here.clock.advance(10 * MINUTE_MS);
    expect(job.starts).toBe(1);
    const next = job.held();
    run.end({ text: 'At last' });
    await next;
    expect(job.starts).toBe(2);
  });

  it('is aborted when its lease is lost', async () => {
    const job = scriptedJob('water', DAILY);
    job.results = undefined;
    const held = job.held();
    await using here = await start(job);
    const { fail, signal } = await held;
    await here.redis.client.set(`${prefix}:{water}:lock`, 'another instance');
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
    here.clock.advance(7_000);
    await aborted;
    fail(new Error('aborted'));
    await here.idle();
    const [water] = await here.runner.overview();
    expect(water?.runs[0]?.end).toMatchObject({ outcome: 'failed' });
    expect(water?.runs[0]?.end?.report).toContain('lease');
  });

  it('is aborted when another instance has counted it as lost, whose run then counts', async () => {
    const job = scriptedJob('water', DAILY);
    job.results = undefined;
    const held = job.held();
    await using here = await start(job, { hasRedis: false });
    const { end, signal } = await held;
    const second = job.held();
    await using there = await start(job, { hasRedis: false, now: NOW + MINUTE_MS });
    await there.idle();
    expect(await outcomes()).toEqual(['lost']);
    there.clock.advance(MINUTE_MS);
    const repeated = await second;
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
    here.clock.advance(MINUTE_MS);
    await aborted;
    end({ text: 'Too late' });
    await here.idle();
    repeated.end({ text: 'Repeated' });
    await there.idle();
    const [water] = await there.runner.overview();
    expect(water?.runs.map((run) => run.end?.outcome)).toEqual(['lost', 'succeeded']);
    const metrics = await there.scrape();
    expect(metrics.value('plantcommunity_job_runs_total', { job_name: 'water', outcome: 'lost' })).toBe(1);
  });

  it('lives on while its process extends it', async () => {
    const job = scriptedJob('water', DAILY);
    job.results = undefined;
    const held = job.held();
    await using here = await start(job, { hasRedis: false });
    const run = await held;
    for (let n = 1; n <= 8; n += 1) {
      here.clock.advance(15_000);
      const until = new Date(here.clock.now() + MINUTE_MS);
      await expect.poll(async () => (await database.client.jobRun.findFirst())?.aliveUntil).toEqual(until);
      // The time limit, and the next extension.
      await expect.poll(() => here.clock.pendingTimers).toBe(2);
    }
    await using there = await start(job, { hasRedis: false, now: here.clock.now() });
    await there.idle();
    run.end({ text: 'Done' });
    await here.idle();
    expect({ starts: job.starts, outcomes: await outcomes() }).toEqual({ starts: 1, outcomes: ['succeeded'] });
  });
});

describe('a process whose clock is three hours ahead', () => {
  const AHEAD = NOW + 180 * MINUTE_MS;

  it('does not keep others from a job that it ran', async () => {
    const job = scriptedJob('water', EACH_MINUTE);
    await using ahead = await start(job, { now: AHEAD });
    await ahead.idle();
    await ahead.runner.close(0);
    await using here = await start(job);
    await here.idle();
    expect({ starts: job.starts, outcomes: await outcomes() }).toEqual({
      starts: 2,
      outcomes: ['succeeded', 'succeeded'],
    });
    await here.advance(MINUTE_MS);
    expect(job.starts).toBe(3);
  });

  it('does not keep others from a job during which it died', async () => {
    const job = scriptedJob('water', EACH_MINUTE);
    job.results = undefined;
    const held = job.held();
    await using ahead = await start(job, { hasRedis: false, now: AHEAD });
    await held;
    expect(await ahead.runner.overview()).toMatchObject([{ runs: [{ startedAt: AHEAD }] }]);
    job.results = [];
    await using here = await start(job, { hasRedis: false });
    await here.idle();
    const [lost] = await database.client.jobRun.findMany({ orderBy: { number: 'asc' } });
    expect(lost).toMatchObject({ outcome: 'lost', endedAt: new Date(NOW) });
    expect(await outcomes()).toEqual(['lost', 'succeeded']);
  });
});

describe('closing a runner', () => {
  it('waits for the run that goes on, and starts no other one', async () => {
    const job = scriptedJob('water', EACH_MINUTE);
    job.results = undefined;
    const held = job.held();
    await using here = await start(job);
    const run = await held;
    const closing = here.runner.close(10_000);
    run.end({ text: 'Done' });
    expect(await closing).toBe(true);
    expect({ outcomes: await outcomes(), timers: here.clock.pendingTimers }).toEqual({
      outcomes: ['succeeded'],
      timers: 0,
    });
  });

  it.each([
    ['obeys', true],
    ['ignores', false],
  ])(
    'aborts a run that %s its signal a second before the time is over, and the next process repeats it at once',
    async (_, obeys) => {
      const job = scriptedJob('water', DAILY);
      job.results = undefined;
      const held = job.held();
      await using here = await start(job);
      const { fail, signal } = await held;
      const closing = here.runner.close(3_000);
      here.clock.advance(1_999);
      expect(signal.aborted).toBe(false);
      here.clock.advance(1);
      await expect.poll(() => signal.aborted).toBe(true);
      if (obeys) fail(new Error('aborted'));
      else here.clock.advance(500);
      expect(await closing).toBe(false);
      job.results = [];
      await using there = await start(job, { now: here.clock.now() });
      await there.idle();
      expect({ starts: job.starts, outcomes: await outcomes() }).toEqual({
        starts: 2,
        outcomes: ['stopped', 'succeeded'],
      });
    },
  );
});

describe('the rows of a job', () => {
  it('keep the last ten runs, failures for 30 days, and the time of the last success', async () => {
    const job = scriptedJob('water', EACH_MINUTE);
    job.results = [{ text: 'Done' }, new Error('Empty')];
    await using here = await start(job, { hasRedis: false });
    await here.idle();
    for (let minute = 1; minute <= 14; minute += 1) await here.advance(MINUTE_MS);
    expect(await outcomes()).toEqual(['failed', ...Array.from({ length: KEPT_RUNS }, () => 'succeeded')]);
    await here.advance(KEPT_FAILURES_MS);
    expect(await outcomes()).toEqual(Array.from({ length: KEPT_RUNS }, () => 'succeeded'));
    const metrics = await here.scrape();
    expect({
      failures: metrics.value('plantcommunity_job_failures', { job_name: 'water' }),
      lastSuccess: metrics.value('plantcommunity_job_last_success_timestamp_seconds', { job_name: 'water' }),
    }).toEqual({ failures: 0, lastSuccess: here.clock.now() / 1_000 });
  });
});
