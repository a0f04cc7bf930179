import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessible.ts';
import { startSession } from '../fixtures/accounts.ts';
import { type App, startApp } from '../fixtures/app.ts';
import { execute, removeAlerts } from '../fixtures/database.ts';
import { expect } from '../fixtures/development.ts';
import { takeScreenshots } from '../fixtures/identify-page.ts';
import { formWith, plantPhoto } from '../fixtures/photos.ts';
import { ADMIN } from '../fixtures/production.ts';
import { test } from '../fixtures/with-admin.ts';

let seed = 12_000;

/** Sends a photo that no one has sent before, and returns the status of the answer. */
async function identify(app: App): Promise<number> {
  const url = `${app.url}/api/v1/plant-identification/identify`;
  const answer = await fetch(url, { method: 'POST', body: await formWith(plantPhoto((seed += 1))) });
  await answer.arrayBuffer();
  return answer.status;
}

/** The first line of the page, which holds these words; an alert may add a sentence. */
const heading = (page: Page, title: string | RegExp) => page.getByRole('heading', { level: 1, name: title });

/** Waits until the page says this first, checks that all can read it, and takes its pictures. */
async function shows(page: Page, title: string | RegExp, picture: string): Promise<void> {
  await expect(heading(page, title)).toBeVisible();
  await expectAccessible(page);
  await takeScreenshots(page, `admin-${picture}`);
}

const PLANTNET_USED_UP = 'Pl@ntNet has no identifications left';
const REDIS_DOWN = 'Redis is down; people get a tenth of their limits, and a photo may be paid for twice.';

test('the admin page says what every trouble means for people, and when it is over', async ({
  page,
  services,
  settings,
  simulator,
}) => {
  // Each state needs a moment to show; with pictures they take twice as long.
  test.setTimeout(120_000);
  const app = await startApp({
    ...settings,
    PLANT_ID_CIRCUIT_RESET_TIMEOUT: '2',
    PLANT_ID_CIRCUIT_MAX_RESET_TIMEOUT: '2',
    PLANTNET_DAILY_QUOTA: '1',
  });
  const plantId = page.getByRole('region', { name: 'Plant.id' });
  const must = page.getByRole('region', { name: /get up/i });
  try {
    await startSession(page, app, ADMIN);
    await page.goto(`${app.url}/admin`);
    await shows(page, 'Both services answer.', 'empty');
    await expect(must).toContainText('No one asked in the last 15 min');

    await identify(app);
    await shows(page, `${PLANTNET_USED_UP}; Plant.id answers alone.`, 'used-up');

    await simulator.fault({ provider: 'plant_id', status: 500 });
    for (let failure = 1; failure <= 3; failure += 1) await identify(app);
    const kept = 'people get kept answers only';
    await shows(page, `Plant.id has stopped answering and ${PLANTNET_USED_UP}; ${kept}.`, 'both-out');
    await expect(must).toContainText('Yes, now.');

    await simulator.clear();
    // The first call that is let through is one of two good trials: the circuit stays half-open.
    await expect.poll(() => identify(app), { intervals: [250] }).toBe(200);
    await expect(plantId.getByText('Half-open', { exact: true })).toBeVisible();
    await expect(plantId.getByText('1/2', { exact: true })).toBeVisible();
    await shows(page, /^Plant\.id is being tried again and /, 'half-open');
    await identify(app);
    await expect(heading(page, `${PLANTNET_USED_UP}; Plant.id answers alone.`)).toBeVisible();

    await services.stopRedis();
    await shows(page, new RegExp(`${REDIS_DOWN}$`), 'redis-down');
    await expect(page.getByText(/this instance/).first()).toBeVisible();
    await services.startRedis();
    await expect(heading(page, REDIS_DOWN)).toBeHidden();

    await simulator.fault({ provider: 'plant_id', outOfCredits: true });
    await identify(app);
    await shows(page, /^Plant\.id is unpaid/, 'unpaid');
    const alerts = page.getByRole('region', { name: 'Alerts' }).getByRole('listitem');
    await expect(alerts.filter({ hasText: 'Plant.id' }).first()).toBeVisible();
    await simulator.clear();
  } finally {
    await simulator.clear();
    await app.stop();
  }
});

/** Adds ten runs of a job, a minute apart: after the last three, which failed, it is repeated no sooner than in four minutes. */
async function addRuns(databaseUrl: string, job: string): Promise<void> {
  const statement = `
    INSERT INTO "JobRun" (job, number, attempt, "startedAt", "aliveUntil", "endedAt", outcome, report)
    SELECT $1, 1000 + run.number, attempt, at, at, at + interval '2 seconds', outcome::"JobOutcome", report
    FROM (VALUES
      (1, 1, 'succeeded', 'Deleted nothing.'), (2, 1, 'succeeded', 'Deleted nothing.'),
      (3, 1, 'stopped', 'The process was stopped.'), (4, 2, 'succeeded', 'Deleted 12 rows.'),
      (5, 1, 'lost', 'The process has died.'), (6, 2, 'succeeded', 'Deleted nothing.'),
      (7, 1, 'succeeded', 'Deleted nothing.'), (8, 1, 'failed', 'No space left on device'),
      (9, 2, 'failed', 'No space left on device'), (10, 3, 'failed', 'No space left on device')
    ) AS run (number, attempt, outcome, report),
    LATERAL (SELECT (now() AT TIME ZONE 'UTC') - (10 - run.number) * interval '1 minute' AS at) AS start`;
  expect(await execute(databaseUrl, statement, [job])).toBe(10);
}

test('the admin page says that a provider rejects our key, and how the runs of a job ended', async ({
  page,
  services,
  settings,
  simulator,
}) => {
  const app = await startApp(settings);
  try {
    await removeAlerts(services.settings.DATABASE_URL);
    // A daily job that is not due just now: the other one is at 00:00 UTC.
    const isDue = new Date().getUTCHours() === 3;
    await addRuns(services.settings.DATABASE_URL, isDue ? 'report-quota-use' : 'delete-old-rows');
    await simulator.fault({ provider: 'plant_id', status: 401 });
    await startSession(page, app, ADMIN);
    await page.goto(`${app.url}/admin`);
    await identify(app);
    await shows(page, 'Plant.id rejects our key; Pl@ntNet answers alone.', 'key-refused');
    const alerts = page.getByRole('region', { name: 'Alerts' }).getByRole('listitem');
    await expect(alerts.filter({ hasText: 'rejects our key' })).toBeVisible();

    const jobs = page.getByRole('region', { name: 'Jobs' });
    await expect(jobs.getByText('1 failing')).toBeVisible();
    await expect(
      jobs.getByRole('heading', { name: isDue ? 'Report quota use fails' : 'Delete old rows fails' }),
    ).toBeVisible();
    await expect(jobs.getByRole('img', { name: 'Last 10 runs: 5 well, 3 failed, 1 lost, 1 stopped' })).toBeVisible();
    await jobs.getByRole('button', { name: 'Show as table' }).click();
    const stopped = jobs.getByRole('row').filter({ hasText: 'The process was stopped.' });
    await expect(stopped.getByRole('cell', { name: 'stopped', exact: true })).toBeVisible();
    await expectAccessible(page);
    await takeScreenshots(page, 'admin-jobs');
  } finally {
    await simulator.clear();
    await app.stop();
  }
});
