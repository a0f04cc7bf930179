import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { AuditTrail } from '../audit/audit-trail.ts';
import { type Job, JobFailure } from '../jobs/job.ts';
import { createAlerts } from './create-alerts.ts';
import { NOON } from './testing/facts.ts';
import { startReceiver } from './testing/receiver.ts';

const MINUTE = 60_000;
const { signal } = new AbortController();
let database: Database | undefined;
afterAll(() => database?.close());

beforeEach(async () => {
  database ??= await openTestDatabase();
  await database.client.alert.deleteMany();
});

/** Creates alerts of an instance whose job `expire-photos` fails as often as a test says. */
async function instance(url?: URL) {
  database ??= await openTestDatabase();
  const clock = new FakeClock(NOON);
  const logged: string[] = [];
  const job = { name: 'expire-photos', failures: 0 };
  const off = {
    circuit: undefined,
    resetTimeoutMs: 1,
    maxResetTimeoutMs: 1,
    timeoutMs: 1,
    warnAtShare: 0.8,
    usualCredits: 2,
    health: () => ({ available: false, state: 'off', failCount: 0, failMax: 3 }) as const,
    quotas: () => [],
    quotaReportedAt: () => undefined,
    leases: () => [],
  };
  const alerts = createAlerts({
    client: database.client,
    audit: new AuditTrail(clock),
    providers: { plant_id: off, plantnet: off },
    redis: { subscribe: () => () => undefined },
    answers: async () => ({ answered: 0, retry: 0 }),
    responses: async () => ({ sent: 0, serverErrors: 0 }),
    jobs: async () => [job],
    webhook: url && { url, secret: 'a secret of thirty-two bytes or so', allowPrivate: true },
    appUrl: new URL('https://plants.example'),
    clock,
    logger: createLogger({ level: 'info', destination: { write: (line) => void logged.push(line) } }),
  });
  const run = (name: string) => alerts.jobs.find((each: Job) => each.name === name)?.run(signal);
  return { alerts, clock, job, logged, run };
}

describe('the watch', () => {
  it('lets an alert fire and resolves it, logs both, and tells what it has done', async () => {
    const { alerts, clock, job, logged, run } = await instance();
    job.failures = 3;
    expect(await run('watch-alerts')).toEqual({ text: '1 alert open, 1 changed' });
    expect(await alerts.overview()).toMatchObject({
      alerts: { items: [{ rule: 'job_failing', subject: 'expire-photos', state: 'firing', value: 3 }] },
      urgency: { answer: 'no', because: { rule: 'job_failing' } },
    });
    job.failures = 0;
    for (let minute = 0; minute < 3; minute += 1) {
      clock.advance(MINUTE);
      await run('watch-alerts');
    }
    expect(await alerts.overview()).toMatchObject({
      alerts: { items: [{ state: 'resolved' }] },
      urgency: { answer: 'no' },
    });
    expect(logged.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      '[ALERT] Fired',
      '[ALERT] Resolved',
    ]);
    alerts.close();
  });

  it('posts an alert at once, without a run of the job that repeats posts', async () => {
    await using receiver = await startReceiver();
    const { alerts, job, run } = await instance(receiver.url);
    job.failures = 3;
    await run('watch-alerts');
    await expect.poll(() => receiver.received).toHaveLength(1);
    const webhook = async () => (await alerts.list()).webhook;
    await expect.poll(webhook).toEqual({ lastStatus: 204, lastAt: NOON, waiting: 0 });
    expect(await run('post-alerts')).toEqual({ text: 'Posted 0 alerts', waiting: 0 });
    alerts.close();
  });

  it('does not wait for a receiver that does not answer', async () => {
    await using receiver = await startReceiver();
    receiver.answer = () => undefined;
    const { alerts, job, run } = await instance(receiver.url);
    job.failures = 3;
    await run('watch-alerts');
    await expect.poll(() => receiver.received).toHaveLength(1);
    expect(await run('watch-alerts')).toEqual({ text: '1 alert open, 0 changed' });
    expect((await alerts.list()).webhook).toMatchObject({ waiting: 1 });
    // Ends the post that still runs.
    alerts.close();
  });

  it('has no job for posts without a webhook', async () => {
    const { alerts } = await instance();
    expect(alerts.jobs.map(({ name }) => name)).toEqual(['watch-alerts']);
    expect(await alerts.list()).toEqual({ items: [] });
    alerts.close();
  });

  it('fails while posts fail, and says in its report why they wait', async () => {
    await using receiver = await startReceiver();
    receiver.answer = (response) => response.writeHead(503).end();
    const { alerts, clock, job, run } = await instance(receiver.url);
    job.failures = 3;
    await run('watch-alerts');
    await expect.poll(async () => (await alerts.list()).webhook).toMatchObject({ lastStatus: 503 });
    clock.advance(MINUTE);
    const failure = await run('post-alerts')?.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(JobFailure);
    expect(failure).toMatchObject({ message: 'Posted 0 alerts, then stopped: it answered 503', waiting: 1 });
    // The next try follows two minutes later.
    await expect(run('post-alerts')).rejects.toThrow('Posted 0 alerts. Last: it answered 503');
    receiver.answer = (response) => response.writeHead(204).end();
    clock.advance(2 * MINUTE);
    expect(await run('post-alerts')).toEqual({ text: 'Posted 1 alert', waiting: 0 });
    alerts.close();
  });
});
