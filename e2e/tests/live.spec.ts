import type { Page, Request } from '@playwright/test';
import { type Person, registerPerson, startSession } from '../fixtures/accounts.ts';
import type { App } from '../fixtures/app.ts';
import { expect } from '../fixtures/development.ts';
import { type FaultyConnection, startFaultyConnection } from '../fixtures/faulty-connection.ts';
import { ADMIN } from '../fixtures/production.ts';
import { test, withoutAdminRole } from '../fixtures/two-instances.ts';

const live = (page: Page) => page.getByText(/^Live, /);
const stale = (page: Page) => page.getByText(/^Stale since \d\d:\d\d:\d\d$/);
const notFound = (page: Page) => page.getByRole('heading', { name: 'There is no sheet here' });

test.describe.configure({ mode: 'serial' });

let connection: FaultyConnection;
test.beforeEach(async ({ app }) => {
  connection = await startFaultyConnection(app.url);
});
test.afterEach(() => connection.close());

/** Opens the admin page through the connection that a test breaks. The clock of the page runs until a test moves it. */
async function openAdmin(page: Page, app: App, person: Person = ADMIN): Promise<void> {
  await startSession(page, app, person);
  await page.clock.install();
  await page.goto(`${connection.url}/admin`);
  await expect(live(page)).toBeVisible();
}

/** Moves the clock of a page on until the page is live; what it asks for in between is answered in real time. */
async function liveAgain(page: Page): Promise<void> {
  await expect(async () => {
    await page.clock.runFor(5_000);
    await expect(live(page)).toBeVisible({ timeout: 500 });
  }).toPass();
}

test('a page whose stream is frozen turns stale, and is live again when bytes arrive', async ({ app, page }) => {
  await openAdmin(page, app);
  connection.lose('frozen');
  await page.clock.runFor(40_000);
  await expect(stale(page)).toBeVisible();
  await expect(page.getByRole('heading', { level: 1, name: /^No news since / })).toBeVisible();
  connection.lose('none');
  await liveAgain(page);
});

test('a page whose stream sends nothing polls, and returns to a stream later', async ({ app, page }) => {
  await openAdmin(page, app);
  connection.lose('streams');
  const polls: Request[] = [];
  page.on('request', (request) => {
    if (request.url().includes('overview.get')) polls.push(request);
  });
  await page.clock.runFor(16_000);
  await expect.poll(() => polls.length).toBeGreaterThan(0);
  await expect(live(page)).toBeVisible();

  connection.lose('none');
  const stream = page.waitForRequest(/overview\.watch/);
  await page.clock.runFor(90_000);
  await stream;
  await expect(live(page)).toBeVisible();
});

test('a page that slept opens a new stream', async ({ app, page }) => {
  await openAdmin(page, app);
  const stream = page.waitForRequest(/overview\.watch/);
  await page.clock.fastForward('01:00:00');
  await stream;
  await expect(live(page)).toBeVisible();
});

test('all pages of a browser leave when the administrator loses the role', async ({ app, context, page, services }) => {
  await startSession(page, app, ADMIN);
  const tabs = [page, await context.newPage(), await context.newPage()];
  for (const tab of tabs) {
    await tab.goto(`${app.url}/admin`);
    await expect(live(tab)).toBeVisible();
  }
  await withoutAdminRole(services, ADMIN.email, async () => {
    // Without a change the server sends an event, before which it reads the role, every ten seconds.
    await Promise.all(tabs.map((tab) => expect(notFound(tab)).toBeVisible()));
  });
});

test('no page shows what a former user saw after a sign-out, or to another user', async ({ app, context, page }) => {
  await startSession(page, app, ADMIN);
  const [admin, other] = [await context.newPage(), page];
  await admin.goto(`${app.url}/admin`);
  await expect(live(admin)).toBeVisible();
  await other.goto(`${app.url}/identify`);
  await other.getByRole('button', { name: /^Account of/ }).click();
  await other.getByRole('button', { name: 'Sign out' }).click();
  await expect(notFound(admin)).toBeVisible();

  await startSession(page, app, ADMIN);
  await admin.goto(`${app.url}/admin`);
  await expect(live(admin)).toBeVisible();
  await startSession(page, app, await registerPerson(app, 'next-at-this-browser'));
  await other.goto(`${app.url}/identify`);
  await expect(notFound(admin)).toBeVisible();
});
