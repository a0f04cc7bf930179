import { expectAccessible } from '../fixtures/accessible.ts';
import { type App, startApp } from '../fixtures/app.ts';
import { expect } from '../fixtures/development.ts';
import { identify, takeScreenshots } from '../fixtures/identify-page.ts';
import { plantPhoto } from '../fixtures/photos.ts';
import { test } from '../fixtures/with-services.ts';

/** The product with neither keys nor services: all are embedded. */
let app: App;
test.beforeAll(async () => {
  app = await startApp({ IDENTIFY_RATE_ANONYMOUS: '2/h' });
});
test.afterAll(() => app.stop());

test.describe.configure({ mode: 'serial' });

test('an answer of a deprecated path links the page about the move to v1', async ({ page }) => {
  const answer = await page.request.get(`${app.url}/api/plant-identification/identify/health`);
  const links = answer.headers()['link'] ?? '';
  for (const rel of ['deprecation', 'sunset']) {
    const [, target] = new RegExp(`<([^>]*)>; rel="${rel}"`).exec(links) ?? [];
    const { hash, href } = new URL(target ?? '', app.url);
    expect((await page.request.get(href)).status()).toBe(200);
    await page.goto(href);
    await expect(page.locator(hash || 'h1')).toBeVisible();
  }
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Move to v1 of the API');
  await expect(page.locator('#sunset')).toContainText('1 July 2027');
  await expectAccessible(page);
  await takeScreenshots(page, 'migrate-to-v1');
});

test('the home page takes a photo at once', async ({ page }) => {
  await page.goto(app.url);
  await expectAccessible(page);
  await takeScreenshots(page, 'home');
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles(await plantPhoto(7));
  await expect(page).toHaveURL(/\/identify/);
  await expect(page.getByRole('button', { name: 'Identify this plant' })).toBeVisible();
});

test('a demo answer says so on the page and in the API', async ({ page }) => {
  await identify(page, app.url, await plantPhoto(8));
  await expect(page.getByText('Named by')).toBeVisible();
  await expect(page.getByText('Demo answers.')).toBeVisible();
  await expect(page.getByText('Demo', { exact: true })).toBeVisible();
  await expectAccessible(page);
  await takeScreenshots(page, 'identify-demo');
});

test('the rate limit shows a countdown and keeps the photo', async ({ page }) => {
  await identify(page, app.url, await plantPhoto(10));
  await expect(page.getByText('Named by')).toBeVisible();
  await identify(page, app.url, await plantPhoto(11));
  await expect(page.getByRole('heading', { name: /You can identify again in/ })).toBeVisible();
  await expectAccessible(page);
  await takeScreenshots(page, 'identify-limited');
});

test('probes answer with and without a slash, and name their answers', async () => {
  for (const path of ['live', 'live/', 'ready', 'ready/']) {
    const response = await fetch(`${app.url}/api/health/${path}`, { redirect: 'manual' });
    expect({ path, status: response.status }).toEqual({ path, status: 200 });
    expect(response.headers.has('x-request-id')).toBe(true);
  }
});

test('one container serves pages, REST, tRPC and sign-in', async () => {
  const paths = [
    '/',
    '/identify',
    '/login',
    '/api/v1/plant-identification/identify/health',
    '/api/auth/session',
    '/api/health/ready',
  ];
  for (const path of [...paths, '/api/trpc/v1.plantIdentification.health']) {
    const response = await fetch(app.url + path);
    expect({ path, status: response.status }).toEqual({ path, status: 200 });
  }
  // Each container makes its circuits once; instrumentation made the only one.
  expect(app.output().match(/Initialized circuit breaker for plant_id_api/g)).toHaveLength(1);
});
