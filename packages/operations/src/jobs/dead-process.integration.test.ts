import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Database } from '@plantcommunity/db';
import { openTestDatabase, testDatabaseUrl } from '@plantcommunity/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scriptedJob } from './testing/scripted-job.ts';
import { startRunner } from './testing/test-runner.ts';

const WORKER = fileURLToPath(new URL('./testing/job-worker.ts', import.meta.url));
const MINUTE_MS = 60_000;

describe('the run of a process that is killed', () => {
  let database: Database;

  beforeAll(async () => {
    database = await openTestDatabase();
    await database.client.jobRun.deleteMany();
  });
  afterAll(() => database.close());

  it('keeps other processes from the job, is lost a minute later, and is repeated by another process', async () => {
    const prefix = `test:${randomUUID()}`;
    const killed = fork(WORKER, [testDatabaseUrl(), process.env['TEST_REDIS_URL'] ?? '', prefix]);
    await once(killed, 'message');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const run = await database.client.jobRun.findFirstOrThrow();
    const aliveUntil = run.aliveUntil.getTime();
    expect({ outcome: run.outcome, aliveMs: aliveUntil - run.startedAt.getTime() }).toEqual({
      outcome: null,
      aliveMs: MINUTE_MS,
    });

    const job = scriptedJob('water', { dailyAt: '00:00' });
    await using other = await startRunner(job, { database, prefix, now: aliveUntil - 1_000 });
    await other.idle();
    expect(job.starts).toBe(0);
    // The lease has expired by then; the test does not wait for that.
    await other.redis.client.del(`${prefix}:{water}:lock`);
    await other.advance(1_000);
    await other.advance(MINUTE_MS);
    expect(job.starts).toBe(1);
    const [water] = await other.runner.overview();
    expect(water).toMatchObject({
      runs: [
        { end: { at: aliveUntil, outcome: 'lost', report: 'The process ended during the run.' } },
        { startedAt: aliveUntil + MINUTE_MS, end: { outcome: 'succeeded' } },
      ],
      failures: 0,
    });
    expect(other.log.filter((line) => line.includes('[JOB] The process of a run has died'))).toHaveLength(1);
  });
});
