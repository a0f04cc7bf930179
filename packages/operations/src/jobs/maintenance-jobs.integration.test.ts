import { readFile } from 'node:fs/promises';
import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import type { OrphanDeletion } from '@plantcommunity/identification';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JobFailure } from './job.ts';
import { maintenanceJobs } from './maintenance-jobs.ts';

const DAY_MS = 86_400_000;
const MIDNIGHT = Date.parse('2026-11-27T00:00:00Z');

let database: Database;
let lines: Record<string, unknown>[];

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  lines = [];
  await database.client.jobRun.deleteMany();
  await database.client.providerUse.deleteMany();
  await database.client.legacyUse.deleteMany();
  await database.client.alert.deleteMany();
});

const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };

type MaintenanceParts = Parameters<typeof maintenanceJobs>[0];

/** A service that has nothing to delete and was not used. */
const idle: MaintenanceParts['identification'] = {
  usedOn: async () => [],
  deleteOrphanedPhotos: async () => ({ deleted: 0, failed: 0 }),
  deleteProviderCopies: async () => ({ done: 0, waiting: 0 }),
  sendRatings: async () => ({ done: 0, waiting: 0 }),
  deleteOlderThan: async () => 0,
  deleteExpiredKeys: async () => 0,
  removeDeleted: async () => 0,
  fillSearch: async () => 0,
};

/** Runs the job of the table with that name. */
async function run(name: string, parts: Partial<MaintenanceParts> = {}) {
  const jobs = maintenanceJobs({
    identification: idle,
    retentionDays: 0,
    deleteExpiredSignIns: async () => 0,
    database,
    clock: new FakeClock(MIDNIGHT + 3_000),
    logger: createLogger({ level: 'info', destination }),
    ...parts,
  });
  const job = jobs.find((one) => one.name === name);
  if (job === undefined) throw new Error(`The table has no job ${name}`);
  return job.run(new AbortController().signal);
}

describe('the job report-quota-use', () => {
  it('logs and reports the use of the UTC day that has ended, with its limit where there is one', async () => {
    const asked: number[] = [];
    const report = await run('report-quota-use', {
      identification: {
        ...idle,
        async usedOn(at) {
          asked.push(at);
          return [
            { provider: 'plant_id', used: 12, limit: undefined },
            { provider: 'plantnet', used: 480, limit: 500 },
          ];
        },
      },
    });
    expect(asked.map((at) => new Date(at).toISOString().slice(0, 10))).toEqual(['2026-11-26']);
    expect(report).toEqual({ text: '2026-11-26: plant_id 12, plantnet 480 of 500 credits.' });
    expect(lines).toMatchObject([
      { level: 'info', provider: 'plant_id', day: '2026-11-26', used: 12 },
      { level: 'info', provider: 'plantnet', day: '2026-11-26', used: 480, limit: 500 },
    ]);
  });
});

describe('the job delete-expired-sign-ins', () => {
  it('reports how many sign-ins it deleted', async () => {
    const report = await run('delete-expired-sign-ins', { deleteExpiredSignIns: async () => 7 });
    expect(report).toEqual({ text: 'Deleted 7 expired sign-ins.' });
  });
});

describe('the job delete-idempotency-keys', () => {
  it('reports how many keys it deleted', async () => {
    const report = await run('delete-idempotency-keys', {
      identification: { ...idle, deleteExpiredKeys: async () => 12 },
    });
    expect(report).toEqual({ text: 'Deleted 12 idempotency keys.' });
  });
});

describe('the job remove-deleted-identifications', () => {
  it('reports how many identifications it removed', async () => {
    const report = await run('remove-deleted-identifications', {
      identification: { ...idle, removeDeleted: async () => 3 },
    });
    expect(report).toEqual({ text: 'Removed 3 identifications.' });
  });
});

describe('the job fill-search', () => {
  it('reports how many identifications the search finds from now on', async () => {
    const report = await run('fill-search', { identification: { ...idle, fillSearch: async () => 4 } });
    expect(report).toEqual({ text: 'Filled the search of 4 identifications.' });
  });
});

describe('the job delete-old-identifications', () => {
  it('deletes what is older than the days to keep, and is not there when all is kept', async () => {
    const asked: string[] = [];
    const deleteOlderThan = async (time: number) => asked.push(new Date(time).toISOString());
    const report = await run('delete-old-identifications', {
      retentionDays: 30,
      identification: { ...idle, deleteOlderThan },
    });
    expect({ asked, report }).toEqual({
      asked: ['2026-10-28T00:00:03.000Z'],
      report: { text: 'Deleted 1 identifications of more than 30 days ago.' },
    });
    await expect(run('delete-old-identifications')).rejects.toThrow('no job');
  });
});

describe.each([
  {
    name: 'delete-provider-copies',
    service: 'deleteProviderCopies',
    text: 'Deleted 3 copies of identifications at providers; 2 wait.',
  },
  { name: 'send-ratings', service: 'sendRatings', text: 'Sent 3 ratings of answers to providers; 2 wait.' },
])('the job $name', ({ name, service, text }) => {
  const DAY_OLD = MIDNIGHT + 3_000 - DAY_MS;

  it('reports what it did and what waits, and fails only once a request has failed for a day', async () => {
    const running = (failingSince: number) =>
      run(name, { identification: { ...idle, [service]: async () => ({ done: 3, waiting: 2, failingSince }) } });
    expect(await running(DAY_OLD + 1)).toEqual({ text, waiting: 2 });
    const failure = await running(DAY_OLD).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(JobFailure);
    expect(failure).toMatchObject({
      waiting: 2,
      message: `${text} Some have failed since 2026-11-26 00:00 UTC: see the log.`,
    });
  });
});

describe('the job delete-orphaned-photos', () => {
  const deleting = (result: OrphanDeletion) =>
    run('delete-orphaned-photos', {
      identification: { ...idle, deleteOrphanedPhotos: async () => result },
    });

  it('reports how many photos it deleted', async () => {
    expect(await deleting({ deleted: 3, failed: 0 })).toMatchObject({
      text: 'Deleted 3 photos that nothing refers to.',
      waiting: 0,
    });
  });

  it('fails when files could not be deleted, which then wait', async () => {
    const failure = await deleting({ deleted: 3, failed: 2 }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(JobFailure);
    expect(failure).toMatchObject({ waiting: 2, message: expect.stringContaining('2 files') as string });
  });

  it('fails when the files seem to belong to another database, and says where to read what to do', async () => {
    const refused = { reason: 'many', unused: 2_000, files: 2_400 } as const;
    const failure = await deleting({ deleted: 0, failed: 0, refused }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(JobFailure);
    expect(failure).toMatchObject({
      waiting: 2_000,
      message: expect.stringContaining('Deleted nothing: 2000 of 2400 files') as string,
    });
    const [, title = ''] = /See "(.*)" in docs\/operations[.]md/.exec(String(failure)) ?? [];
    const other = deleting({ deleted: 0, failed: 0, refused: { ...refused, reason: 'databases' } });
    await expect(other).rejects.toThrow(/another database uses the same folder.*[.]database-ids/);
    const runbook = await readFile(new URL('../../../../docs/operations.md', import.meta.url), 'utf8');
    expect(runbook).toContain(`# ${title}\n`);
  });
});

describe('the job delete-old-rows', () => {
  it('deletes daily use of more than 400 days ago, alerts resolved more than 90 days ago and runs of more than 30 days ago', async () => {
    const days = [0, 400, 401].map((age) => new Date(MIDNIGHT - age * DAY_MS));
    await database.client.providerUse.createMany({
      data: days.map((day) => ({ provider: 'plantnet', day, writer: 'one', count: 1 })),
    });
    await database.client.legacyUse.createMany({
      data: days.map((day) => ({ path: '/api/me', client: 'curl/8.5', day, writer: 'one', count: 1 })),
    });
    await database.client.jobRun.createMany({
      data: [29, 31].map((age, number) => {
        const startedAt = new Date(MIDNIGHT - age * DAY_MS);
        return { job: 'feed', number, attempt: 1, startedAt, aliveUntil: startedAt };
      }),
    });
    await database.client.alert.createMany({
      data: [undefined, 89, 91].map((age, n) => ({
        id: `alert ${n}`,
        rule: 'job_failing',
        value: 3,
        limit: 3,
        since: new Date(MIDNIGHT - 100 * DAY_MS),
        resolvedAt: age === undefined ? null : new Date(MIDNIGHT - age * DAY_MS),
      })),
    });
    const report = await run('delete-old-rows');
    const alerts = await database.client.alert.findMany({ orderBy: { id: 'asc' } });
    const uses = await database.client.providerUse.findMany({ orderBy: { day: 'desc' } });
    const legacyUses = await database.client.legacyUse.findMany({ orderBy: { day: 'desc' } });
    const runs = await database.client.jobRun.findMany();
    expect({
      legacyDays: legacyUses.map(({ day }) => day),
      days: uses.map(({ day }) => day),
      alerts: alerts.map(({ id }) => id),
      runs: runs.map(({ number }) => number),
    }).toEqual({
      legacyDays: days.slice(0, 2),
      days: days.slice(0, 2),
      alerts: ['alert 0', 'alert 1'],
      runs: [0],
    });
    expect(report).toEqual({ text: 'Deleted 2 rows of daily use, 1 alerts and 1 runs of former jobs.' });
  });
});
