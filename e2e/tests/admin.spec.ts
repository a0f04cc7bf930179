import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessible.ts';
import { startSession } from '../fixtures/accounts.ts';
import type { App } from '../fixtures/app.ts';
import { expect } from '../fixtures/development.ts';
import { takeScreenshots } from '../fixtures/identify-page.ts';
import { formWith, plantPhoto } from '../fixtures/photos.ts';
import { ADMIN } from '../fixtures/production.ts';
import { test, withoutAdminRole } from '../fixtures/two-instances.ts';

const BOTH_ANSWER = 'Both services answer.';
const ALONE = 'Plant.id is isolated; Pl@ntNet answers alone.';
const OPEN = 'Plant.id has stopped answering; Pl@ntNet answers alone.';
/** A change shows on the pages of all instances within a second; loosely, as other work may take the processor. */
const SOON = { timeout: 5_000 };
const NOTHING = 'There is no sheet here';

test.describe.configure({ mode: 'serial' });

/** Identifies a photo through the API, and returns the status of each provider. */
async function providerStatuses(app: App, seed: number): Promise<Record<string, string>> {
  const answer = await fetch(`${app.url}/api/v1/plant-identification/identify`, {
    method: 'POST',
    body: await formWith(plantPhoto(seed)),
  });
  expect(answer.status).toBe(200);
  const { providers } = (await answer.json()) as { providers: Record<string, { status: string }> };
  return Object.fromEntries(Object.entries(providers).map(([name, { status }]) => [name, status]));
}

async function openAdmin(page: Page, app: App, headline = BOTH_ANSWER): Promise<void> {
  await startSession(page, app, ADMIN);
  await page.goto(`${app.url}/admin`);
  await expect(page.getByRole('heading', { level: 1, name: headline })).toBeVisible();
}

test('the admin page does not exist for visitors', async ({ app, page }) => {
  const response = await page.goto(`${app.url}/admin`);
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: NOTHING })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Admin' })).toHaveCount(0);
  expect(await response?.text()).not.toContain('fail_max');
  const asked = await fetch(`${app.url}/api/trpc/v1.admin.overview.get`);
  expect(asked.status).toBe(404);
});

test('isolates and releases a provider on every instance', async ({ app, context, secondApp, page, simulator }) => {
  await openAdmin(page, app);
  const audit = page.getByRole('region', { name: 'Audit' }).getByRole('row');
  const earlier = await audit.count();
  const plantId = page.getByRole('region', { name: 'Plant.id' });
  await expect(page.getByRole('link', { name: 'Admin' })).toHaveAttribute('aria-current', 'page');
  await expect(plantId.getByText('Closed', { exact: true })).toBeVisible();
  await expect(page.getByText(/^Live, /)).toBeVisible();
  await expectAccessible(page);
  await takeScreenshots(page, 'admin-closed');
  const elsewhere = await context.newPage();
  await elsewhere.goto(`${secondApp.url}/admin`);
  await expect(elsewhere.getByRole('heading', { level: 1, name: BOTH_ANSWER })).toBeVisible();

  const isolate = plantId.getByRole('button', { name: 'Isolate…' });
  await isolate.click();
  const dialog = page.getByRole('dialog', { name: 'Isolate Plant.id' });
  const reason = dialog.getByLabel(/Why/);
  await expect(reason).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(isolate).toBeFocused();

  await page.keyboard.press('Enter');
  await expect(dialog.getByText(/^Going by the last hour, /)).toBeVisible();
  await expect(dialog.getByText(`As ${ADMIN.email}`)).toBeVisible();
  await dialog.getByRole('button', { name: 'Isolate Plant.id' }).click();
  await expect(dialog.getByRole('alert')).toContainText('at least 10 characters');
  await expect(reason).toBeFocused();
  await reason.fill('Their status page says outage.');
  await expect(dialog.getByRole('alert')).toBeHidden();
  await expectAccessible(page);
  await takeScreenshots(page, 'admin-dialog');
  await dialog.getByText('15 min').click();
  await dialog.getByRole('button', { name: 'Isolate Plant.id' }).click();
  await expect(dialog).toBeHidden();
  await expect(plantId.getByRole('button', { name: 'Release…' })).toBeFocused();

  await expect(page.getByRole('heading', { level: 1, name: ALONE })).toBeVisible();
  await expect(elsewhere.getByRole('heading', { level: 1, name: ALONE })).toBeVisible(SOON);
  await expect(plantId.getByText(/^until \d\d:\d\d$/)).toBeVisible();
  await takeScreenshots(page, 'admin-isolated');
  const before = await simulator.calls();
  for (const [at, seed] of [
    [app, 31],
    [secondApp, 32],
  ] as const) {
    expect(await providerStatuses(at, seed)).toEqual({ plant_id: 'resting', plantnet: 'answered' });
  }
  expect((await simulator.calls()).plant_id).toBe(before.plant_id);

  await elsewhere.getByRole('region', { name: 'Plant.id' }).getByRole('button', { name: 'Release…' }).click();
  const release = elsewhere.getByRole('dialog', { name: 'Release Plant.id' });
  await release.getByLabel(/Why/).fill('Their status page is green again.');
  await release.getByRole('button', { name: 'Release Plant.id' }).click();
  await expect(elsewhere.getByRole('heading', { level: 1, name: BOTH_ANSWER })).toBeVisible();
  await expect(page.getByRole('heading', { level: 1, name: BOTH_ANSWER })).toBeVisible();
  expect(await providerStatuses(app, 33)).toEqual({ plant_id: 'answered', plantnet: 'answered' });

  // Without entries there is no table, and no row of headings.
  await expect(audit).toHaveCount(Math.max(1, earlier) + 2);
  await expect(audit.nth(1)).toContainText('Released Plant.id');
  await expect(audit.nth(1)).toContainText('Their status page is green again.');
  await expect(audit.nth(2)).toContainText(/Isolated Plant\.id, 15.min/);
  await expect(audit.nth(2)).toContainText(ADMIN.email);
  await plantId.getByRole('button', { name: 'Show as table' }).click();
  await expect(plantId.getByRole('row').nth(1)).toBeVisible();
  await expectAccessible(page);
});

test('shows live how a provider fails and its circuit opens', async ({ app, context, secondApp, page, simulator }) => {
  await openAdmin(page, app);
  const elsewhere = await context.newPage();
  await elsewhere.goto(`${secondApp.url}/admin`);
  for (const at of [page, elsewhere]) {
    await expect(at.getByText(/^Live, /)).toBeVisible();
    await expect(at.getByText('2 of 2 instances')).toBeVisible();
  }
  const plantId = page.getByRole('region', { name: 'Plant.id' });
  await expect(plantId.getByText('0/3')).toBeVisible();

  await simulator.fault({ provider: 'plant_id', status: 500 });
  for (const seed of [41, 42]) {
    expect(await providerStatuses(secondApp, seed)).toEqual({ plant_id: 'failed', plantnet: 'answered' });
  }
  await expect(elsewhere.getByRole('region', { name: 'Plant.id' }).getByText('2/3')).toBeVisible();
  // Both instances count together, but a failure at another one is no change that a page reports at once.
  await page.reload();
  await expect(plantId.getByText('2/3')).toBeVisible();
  await expect(plantId.getByText('Closed', { exact: true })).toBeVisible();
  await expect(page.getByText(/^Live, /)).toBeVisible();
  // The second app opens the circuit; this page updates without a reload.
  await providerStatuses(secondApp, 43);
  await expect(page.getByRole('heading', { level: 1, name: OPEN })).toBeVisible(SOON);
  await expect(plantId.getByText('Open', { exact: true })).toBeVisible();
  await expect(plantId.getByText('until the next try')).toBeVisible();
  await expect(plantId.getByText(/^[45]:\d\d$/)).toBeVisible();
  await expect(page.getByText('2 of 2 instances')).toBeVisible();
  await simulator.clear();

  // The second app answers one photo from the cache, and does not send the other.
  expect(await providerStatuses(secondApp, 33)).toEqual({ plant_id: 'answered', plantnet: 'answered' });
  expect(await providerStatuses(secondApp, 44)).toEqual({ plant_id: 'resting', plantnet: 'answered' });
  const counted = elsewhere.getByRole('region', { name: 'Plant.id' }).getByRole('listitem');
  await expect(counted.filter({ hasText: 'failure' })).toHaveText('failure 3');
  await expect(counted.filter({ hasText: 'refused' })).toHaveText('refused, open 1');
  await expect(counted.filter({ hasText: 'cache hit' })).toHaveText('cache hit 1');
  await expect(elsewhere.getByText(/ Last 15.min: \d+.% fresh, \d+.% from cache\b/)).toBeVisible();
  await expectAccessible(elsewhere);
  await takeScreenshots(elsewhere, 'admin-open');
});

test('resets a circuit on every instance', async ({ app, context, secondApp, page }) => {
  await openAdmin(page, app, OPEN);
  const elsewhere = await context.newPage();
  await elsewhere.goto(`${secondApp.url}/admin`);
  await expect(elsewhere.getByRole('heading', { level: 1, name: OPEN })).toBeVisible();
  const plantId = page.getByRole('region', { name: 'Plant.id' });
  await plantId.getByRole('button', { name: 'Reset…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Reset Plant.id' });
  await dialog.getByRole('button', { name: 'Reset Plant.id' }).click();
  await expect(dialog.getByRole('alert')).toContainText('at least 10 characters');
  await dialog.getByLabel(/Why/).fill('They have said that it is mended.');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Reset Plant.id' }).click();
  await expect(dialog).toBeHidden();
  await expect(plantId.getByRole('button', { name: 'Reset…' })).toBeFocused();
  for (const at of [page, elsewhere]) {
    await expect(at.getByRole('heading', { level: 1, name: BOTH_ANSWER })).toBeVisible();
    await expect(at.getByRole('region', { name: 'Plant.id' }).getByText('0/3')).toBeVisible();
  }
  const newest = page.getByRole('region', { name: 'Audit' }).getByRole('row').nth(1);
  await expect(newest).toContainText('Reset Plant.id');
  await expect(newest).toContainText('They have said that it is mended.');
  await expect(newest).toContainText(/open.*closed/);
  expect(await providerStatuses(secondApp, 45)).toEqual({ plant_id: 'answered', plantnet: 'answered' });
});

test('shows one minute of the last hour in both cards', async ({ app, page }) => {
  await openAdmin(page, app);
  const cards = ['Plant.id', 'Pl@ntNet'].map((name) => page.getByRole('region', { name, exact: true }));
  const [plantId, plantnet] = cards as [Locator, Locator];
  const knob = plantId.getByRole('slider', { name: 'Minute of Plant.id' });
  const strip = page.getByRole('region', { name: 'Shown minute' });
  await expect(knob).toHaveAttribute('aria-valuetext', 'now, the whole hour');
  await plantId.getByRole('button', { name: 'Show as table' }).click();

  await knob.press('ArrowLeft');
  await expect(knob).toHaveAttribute('aria-valuetext', /^\d\d:\d\d, .*\d+ calls?, \d+ failed$/);
  const newest = await strip.getByRole('time').textContent();
  for (const card of cards) await expect(card.getByText(/^\d\d:\d\done minute, \d+.min ago/)).toBeVisible();
  await expect(plantId.locator('tr[aria-current]')).toContainText(newest ?? '');
  await expect(plantId.getByText('Closed', { exact: true }).first()).toBeVisible();
  await expectAccessible(page);
  await takeScreenshots(page, 'admin-minute');
  await strip.getByRole('button', { name: 'Earlier' }).click();
  await expect(strip.getByRole('time')).not.toHaveText(newest ?? '');
  await strip.getByRole('button', { name: 'Later' }).click();
  await expect(strip.getByRole('time')).toHaveText(newest ?? '');
  await page.keyboard.press('Escape');
  await expect(strip).toBeHidden();

  const chart = plantnet.getByRole('img', { name: /^The last hour/ });
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  if (box === null) throw new Error('The chart is not visible');
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2);
  await page.mouse.down();
  await expect(plantnet.getByRole('slider')).toHaveAttribute('aria-valuenow', '30');
  // The strip that appears above the chart does not move it.
  await page.mouse.move(box.x + box.width * 0.25, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect(plantnet.getByRole('slider')).toHaveAttribute('aria-valuenow', '15');
  expect((await chart.boundingBox())?.y).toBeCloseTo(box.y, 0);
  await expect(knob).toHaveAttribute('aria-valuenow', '15');
  await strip.getByRole('button', { name: 'Back to now' }).click();
  await expect(strip).toBeHidden();
  await expect(plantnet.getByRole('slider')).toBeFocused();
});

test('fits a narrow screen, and text of twice the size', async ({ app, page }) => {
  await openAdmin(page, app);
  for (const [width, fontSize] of [
    [320, '100%'],
    [760, '100%'],
    [1180, '100%'],
    [640, '200%'],
  ] as const) {
    await page.setViewportSize({ width, height: 800 });
    await page.evaluate((size) => (document.documentElement.style.fontSize = size), fontSize);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  }
});

test('pauses and resumes updates', async ({ app, page }) => {
  await openAdmin(page, app);
  await page.getByRole('button', { name: 'Pause updates' }).click();
  await expect(page.getByText(/^Paused at /)).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByText(/^Live, /)).toBeVisible();
});

test('removes an administrator who lost the role, and does not exist for users', async ({
  app,
  page,
  services,
  simulator,
}) => {
  await openAdmin(page, app);
  await expect(page.getByText(/^Live, /)).toBeVisible();
  await withoutAdminRole(services, ADMIN.email, async () => {
    // The role is read before each update, of which a failure causes one at once.
    await simulator.fault({ provider: 'plant_id', status: 500, times: 1 });
    expect(await providerStatuses(app, 46)).toEqual({ plant_id: 'failed', plantnet: 'answered' });
    await expect(page.getByRole('heading', { name: NOTHING })).toBeVisible();
    const response = await page.goto(`${app.url}/admin`);
    expect(response?.status()).toBe(404);
    await expect(page.getByRole('button', { name: /^Account of/ })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Admin' })).toHaveCount(0);
  });
  // A success sets the count of failures back to zero.
  expect(await providerStatuses(app, 47)).toEqual({ plant_id: 'answered', plantnet: 'answered' });
});
