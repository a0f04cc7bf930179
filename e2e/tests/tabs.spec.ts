import type { BrowserContext, Page, Request } from '@playwright/test';
import { startSession } from '../fixtures/accounts.ts';
import type { App } from '../fixtures/app.ts';
import { setVisible } from '../fixtures/broken-device.ts';
import { expect } from '../fixtures/development.ts';
import { ADMIN } from '../fixtures/production.ts';
import { test } from '../fixtures/two-instances.ts';

const BOTH_ANSWER = 'Both services answer.';
const ALONE = 'Plant.id is isolated; Pl@ntNet answers alone.';
const live = (page: Page) => page.getByText(/^Live, /);

test.describe.configure({ mode: 'serial' });

/** Signs in and opens the admin page. */
async function openAdmin(page: Page, app: App): Promise<void> {
  await startSession(page, app, ADMIN);
  await page.goto(`${app.url}/admin`);
  await expect(live(page)).toBeVisible();
}

/** Isolates Plant.id, or releases it, on an admin page. */
async function override(page: Page, verb: 'Isolate' | 'Release'): Promise<void> {
  await page
    .getByRole('region', { name: 'Plant.id' })
    .getByRole('button', { name: `${verb}…` })
    .click();
  const dialog = page.getByRole('dialog', { name: `${verb} Plant.id` });
  await dialog.getByLabel(/Why/).fill('Their status page says so.');
  await dialog.getByRole('button', { name: `${verb} Plant.id` }).click();
  await expect(dialog).toBeHidden();
}

/** Returns a function that counts the open streams of a browser. */
function openStreams(context: BrowserContext): () => number {
  const open = new Set<Request>();
  context.on('request', (request) => {
    if (request.url().includes('overview.watch')) open.add(request);
  });
  const close = (request: Request) => void open.delete(request);
  context.on('requestfinished', close);
  context.on('requestfailed', close);
  return () => open.size;
}

test('opens and updates seven visible admin pages, and another page beside them', async ({ app, context, page }) => {
  const streams = openStreams(context);
  await openAdmin(page, app);
  const tabs = [page];
  for (let count = 2; count <= 7; count += 1) {
    const tab = await context.newPage();
    await tab.goto(`${app.url}/admin`);
    await expect(tab.getByRole('heading', { level: 1, name: BOTH_ANSWER })).toBeVisible();
    await expect(live(tab)).toBeVisible();
    tabs.push(tab);
  }
  await expect.poll(streams).toBe(3);
  const other = await context.newPage();
  await other.goto(`${app.url}/identify`);
  await expect(other.getByRole('heading', { level: 1 })).toBeVisible();

  await override(page, 'Isolate');
  await Promise.all(tabs.map((tab) => expect(tab.getByRole('heading', { level: 1, name: ALONE })).toBeVisible()));
  await override(page, 'Release');

  // A closed page frees its slot for another one.
  await page.close();
  await expect.poll(streams).toBe(3);
  await Promise.all(tabs.slice(1).map((tab) => expect(live(tab)).toBeVisible()));
});

test('closes the stream of a hidden page, and catches up when the page is visible again', async ({
  app,
  context,
  page,
}) => {
  const streams = openStreams(context);
  await openAdmin(page, app);
  await expect.poll(streams).toBe(1);
  await setVisible(page, false);
  await expect.poll(streams).toBe(0);

  const other = await context.newPage();
  await other.goto(`${app.url}/admin`);
  await override(other, 'Isolate');
  await setVisible(other, false);
  await expect.poll(streams).toBe(0);

  await setVisible(page, true);
  await expect(page.getByRole('heading', { level: 1, name: ALONE })).toBeVisible();
  await expect(live(page)).toBeVisible();
  await expect.poll(streams).toBe(1);
  await override(page, 'Release');
});

test('updates the title of a hidden page', async ({ app, context, page }) => {
  await startSession(page, app, ADMIN);
  await page.clock.install();
  await page.goto(`${app.url}/admin`);
  await expect(page).toHaveTitle(/^Both services answer/);
  await setVisible(page, false);
  const other = await context.newPage();
  await other.goto(`${app.url}/admin`);
  await override(other, 'Isolate');
  await page.clock.runFor(30_000);
  await expect(page).toHaveTitle(/^Plant\.id is isolated/);
  await override(other, 'Release');
});
