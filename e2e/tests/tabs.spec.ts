import { readMetrics } from '@plantcommunity/telemetry/testing';
import type { Page } from '@playwright/test';
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

/** Returns the number of admin streams that are open at an instance. */
async function openStreams({ url }: App): Promise<number | undefined> {
  const answer = await fetch(`${url}/api/metrics`);
  return readMetrics(await answer.text()).value('plantcommunity_streams_open', { kind: 'admin' });
}

/** Returns how long a page takes to get its first live overview, in milliseconds. */
async function timeToLive(tab: Page, { url }: App): Promise<number> {
  const start = performance.now();
  await tab.goto(`${url}/admin`);
  await expect(live(tab)).toBeVisible();
  return performance.now() - start;
}

test('updates ten visible admin pages over one stream, and opens the tenth as fast as the second', async ({
  app,
  context,
  page,
}) => {
  await openAdmin(page, app);
  const tabs = [page];
  const times: number[] = [];
  while (tabs.length < 10) {
    const tab = await context.newPage();
    times.push(await timeToLive(tab, app));
    tabs.push(tab);
  }
  expect(await openStreams(app)).toBe(1);
  // A page that has to wait for a connection would wait until another page closes its stream, which fails above. The bound
  // is loose, because nine visible pages that draw each new figure share the cores with other work.
  expect(Math.min(...times.slice(-3))).toBeLessThan(5 * Math.max(...times.slice(0, 3)));
  const other = await context.newPage();
  await other.goto(`${app.url}/identify`);
  await expect(other.getByRole('heading', { level: 1 })).toBeVisible();

  await override(page, 'Isolate');
  await Promise.all(tabs.map((tab) => expect(tab.getByRole('heading', { level: 1, name: ALONE })).toBeVisible()));

  // The stream of a page that is closed moves to another one, and no page shows a gap.
  await page.close();
  const left = tabs.slice(1);
  await expect.poll(() => openStreams(app)).toBe(1);
  const [second] = left;
  if (second !== undefined) await override(second, 'Release');
  await Promise.all(
    left.map(async (tab) => {
      await expect(tab.getByRole('heading', { level: 1, name: BOTH_ANSWER })).toBeVisible();
      await expect(live(tab)).toBeVisible();
    }),
  );
});

test('moves the stream to a visible page when its own is hidden', async ({ app, context, page }) => {
  await openAdmin(page, app);
  const other = await context.newPage();
  await other.goto(`${app.url}/admin`);
  await expect(live(other)).toBeVisible();
  const streams: string[] = [];
  for (const tab of [page, other]) {
    tab.on('request', (request) => {
      if (request.url().includes('overview.watch')) streams.push(tab === other ? 'other' : 'first');
    });
  }
  await setVisible(page, false);
  await expect.poll(() => streams).toEqual(['other']);
  await expect.poll(() => openStreams(app)).toBe(1);
  await expect(live(other)).toBeVisible();
});

test('closes the stream of a hidden page, and catches up when the page is visible again', async ({
  app,
  context,
  page,
}) => {
  const streams = () => openStreams(app);
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
