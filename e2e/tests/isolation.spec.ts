import { expect } from '@playwright/test';
import { tokenOf } from '../fixtures/accounts.ts';
import { type App, startApp } from '../fixtures/app.ts';
import { formWith, plantPhoto } from '../fixtures/photos.ts';
import { ADMIN } from '../fixtures/production.ts';
import { test } from '../fixtures/with-admin.ts';

/** Asks an instance, through the API, for a photo that no one has sent before. @returns the status of each provider */
async function providerStatuses(app: App, seed: number): Promise<Record<string, string>> {
  const body = await formWith(plantPhoto(seed));
  const answer = await fetch(`${app.url}/api/v1/plant-identification/identify`, { method: 'POST', body });
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  const { providers } = JSON.parse(text) as { providers: Record<string, { status: string }> };
  return Object.fromEntries(Object.entries(providers).map(([name, { status }]) => [name, status]));
}

/** Calls a procedure of operators as the admin. */
async function operate(app: App, procedure: string, input: object): Promise<void> {
  const headers = { Authorization: `Bearer ${await tokenOf(app, ADMIN)}`, 'Content-Type': 'application/json' };
  const answer = await fetch(`${app.url}/api/trpc/v1.admin.${procedure}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(input),
  });
  expect(answer.status, await answer.text()).toBe(200);
}

test('an isolation holds on every instance, after Redis lost its data and after a restart, until its release', async ({
  services,
  settings,
  simulator,
}) => {
  test.setTimeout(180_000);
  const apps = await Promise.all([startApp(settings), startApp(settings)]);
  try {
    const [first, second] = apps;
    let seed = 9_000;
    const RESTING = { plant_id: 'resting', plantnet: 'answered' };
    const ANSWERED = { plant_id: 'answered', plantnet: 'answered' };
    const statuses = () => Promise.all(apps.map((app) => providerStatuses(app, (seed += 1))));
    expect(await statuses()).toEqual([ANSWERED, ANSWERED]);
    const before = await simulator.calls();

    await operate(first, 'circuits.isolate', { provider: 'plant_id', reason: 'Their status page says outage.' });
    expect(await statuses()).toEqual([RESTING, RESTING]);

    await services.stopRedis();
    expect(await statuses()).toEqual([RESTING, RESTING]);
    await services.startRedis();
    const backAgain = (app: App) => app.output().split('Redis available').length - 1;
    for (const app of apps) await expect.poll(() => backAgain(app), { timeout: 30_000 }).toBeGreaterThan(0);
    expect(await statuses()).toEqual([RESTING, RESTING]);

    await second.stop();
    apps[1] = await startApp(settings);
    expect(await statuses()).toEqual([RESTING, RESTING]);
    expect((await simulator.calls()).plant_id).toBe(before.plant_id);

    await operate(apps[1], 'circuits.release', { provider: 'plant_id', reason: 'Their status page is green again.' });
    expect(await statuses()).toEqual([ANSWERED, ANSWERED]);
  } finally {
    await Promise.all(apps.map((app) => app.stop()));
  }
});
