import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessible.ts';
import { breakFiles, handOverFiles, setVisible } from '../fixtures/broken-device.ts';
import { expect, test as served } from '../fixtures/development.ts';
import { choosePhoto, identify, takeScreenshots } from '../fixtures/identify-page.ts';
import { plantPhoto } from '../fixtures/photos.ts';

/** A folder on this machine's disk, which is the device of the browser. */
const test = served.extend<{ folder: string }>({
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'plants-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
});

/** Matches the title of an answer, of a species or a genus. */
const ANSWERED = /, (likely|possible|unsure)/;
const identifyButton = (page: Page) => page.getByRole('button', { name: 'Identify this plant' });
// Next has its own alert, which announces page changes.
const alertIn = (page: Page) => page.getByRole('main').getByRole('alert');

/** Puts a photo of an hour ago into a folder: Chromium misses a change within the same second. */
async function photoIn(folder: string, seed: number): Promise<string> {
  const path = join(folder, 'meadow.jpg');
  await writeFile(path, (await plantPhoto(seed)).buffer);
  const hourAgo = Date.now() / 1000 - 3600;
  await utimes(path, hourAgo, hourAgo);
  return path;
}

/** Chooses a file before the page's script has loaded; the script loads after `meanwhile`. */
async function chooseEarly(page: Page, url: string, path: string, meanwhile: () => Promise<void>): Promise<void> {
  const { promise: scriptMayCome, resolve: letScriptCome } = Promise.withResolvers<void>();
  await page.route('**/_next/static/**/*.js', async (route) => {
    await scriptMayCome;
    await route.continue();
  });
  await page.goto(`${url}/identify`, { waitUntil: 'commit' });
  await page.locator('input[type=file]').first().setInputFiles(path);
  await meanwhile();
  letScriptCome();
}

test('identifies the bytes that were chosen when the file is changed and deleted afterwards', async ({
  app,
  folder,
  page,
}) => {
  const path = await photoIn(folder, 320);
  await page.goto(`${app.url}/identify`);
  await page.locator('input[type=file]').first().setInputFiles(path);
  await expect(identifyButton(page)).toBeVisible();
  await writeFile(path, 'something else');
  await rm(path);
  await identifyButton(page).click();
  await expect(page).toHaveTitle(ANSWERED);
});

test('reports a file that was deleted before the page read it', async ({ app, folder, page }) => {
  const path = await photoIn(folder, 321);
  await chooseEarly(page, app.url, path, () => rm(path));
  await expect(alertIn(page)).toContainText('meadow.jpg');
  await expect(alertIn(page)).toContainText('no longer where it was');
  await expect(identifyButton(page)).toHaveCount(0);
});

test('reports a file that was changed before the page read it', async ({ app, folder, page }) => {
  const path = await photoIn(folder, 322);
  await chooseEarly(page, app.url, path, () => writeFile(path, 'something else, and longer than nothing'));
  await expect(alertIn(page)).toContainText('can’t open it');
});

for (const error of ['NotReadableError', 'NotFoundError', 'SecurityError', 'UnknownError']) {
  test(`reports at once that the device cannot read a photo: ${error}`, async ({ app, page }) => {
    await breakFiles(page, { error });
    await choosePhoto(page, app.url, await plantPhoto(323));
    await expect(alertIn(page)).toContainText('leaf.jpg');
    await expect(identifyButton(page)).toHaveCount(0);
    if (error !== 'NotReadableError') return;
    await expect(alertIn(page)).toContainText('This device lists it but can’t open it.');
    await expect(page.getByRole('heading', { name: 'This file can’t be opened' })).toBeVisible();
    await expectAccessible(page);
    await takeScreenshots(page, 'identify-unreadable');
    await page.goto(app.url);
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles(await plantPhoto(323));
    await expect(alertIn(page)).toContainText('This device lists it but can’t open it.');
    await expectAccessible(page);
    await takeScreenshots(page, 'home-unreadable');
  });
}

test('reports after a second that a photo has not arrived, and takes it later', async ({ app, page }) => {
  await breakFiles(page, 'late');
  await choosePhoto(page, app.url, await plantPhoto(324));
  await expect(alertIn(page)).toContainText('hasn’t handed it over yet');
  await expect(page.getByRole('heading', { name: 'Waiting for your photo' })).toBeVisible();
  await expectAccessible(page);
  await takeScreenshots(page, 'identify-slow-file');
  await handOverFiles(page);
  await expect(identifyButton(page)).toBeVisible();
  await expect(alertIn(page)).toHaveCount(0);
});

test('ignores a late photo after another one was chosen', async ({ app, folder, page }) => {
  await breakFiles(page, 'late');
  await choosePhoto(page, app.url, await plantPhoto(325, 'first.jpg'));
  await expect(alertIn(page)).toContainText('first.jpg');
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles(await photoIn(folder, 326));
  await expect(alertIn(page)).toContainText('meadow.jpg');
  await handOverFiles(page);
  await expect(page.getByText('meadow.jpg')).toBeVisible();
  await expect(identifyButton(page)).toBeVisible();
  await expect(page.getByText('first.jpg')).toHaveCount(0);
});

test('refuses an empty file', async ({ app, page }) => {
  await choosePhoto(page, app.url, { name: 'empty.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(0) });
  await expect(alertIn(page)).toContainText('empty.jpg');
});

test('refuses a folder that is dropped', async ({ app, folder, page }) => {
  await page.goto(`${app.url}/identify`);
  const holiday = join(folder, 'holiday.jpg');
  await mkdir(holiday);
  const devtools = await page.context().newCDPSession(page);
  await expect(async () => {
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      const data = { items: [], files: [holiday], dragOperationsMask: 1 };
      await devtools.send('Input.dispatchDragEvent', { type, x: 150, y: 300, data });
    }
    await expect(alertIn(page)).toContainText('This is a folder.', { timeout: 1_000 });
  }).toPass();
});

test('reports that the browser cannot show a picture, and lets the server check it', async ({
  app,
  page,
  simulator,
}) => {
  const { buffer, ...photo } = await plantPhoto(327);
  const before = await simulator.calls();
  await choosePhoto(page, app.url, {
    ...photo,
    buffer: Buffer.concat([buffer.subarray(0, 20), Buffer.alloc(5_000, 7)]),
  });
  await expect(page.getByText('This photo can’t be shown here.')).toBeVisible();
  await expectAccessible(page);
  await takeScreenshots(page, 'identify-undecodable');
  await identifyButton(page).click();
  await expect(page.getByRole('heading', { name: 'This photo cannot be used' })).toBeVisible();
  expect(await simulator.calls()).toEqual(before);
});

test('identifies in a browser without server-sent events, locks and crypto.randomUUID', async ({ app, page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, 'EventSource');
    Reflect.deleteProperty(Navigator.prototype, 'locks');
    Reflect.deleteProperty(Crypto.prototype, 'randomUUID');
  });
  await identify(page, app.url, await plantPhoto(328));
  await expect(page).toHaveTitle(ANSWERED);
});

test('continues while the page is hidden, and shows the steps when it is visible again', async ({
  app,
  page,
  simulator,
}) => {
  await simulator.fault({ provider: 'plant_id', latencyMs: 4_000, times: 1 });
  await identify(page, app.url, await plantPhoto(329));
  await expect(page.getByText('Pl@ntNet answered', { exact: true })).toBeVisible();
  expect(await page.evaluate(async () => (await navigator.locks.query()).held?.length)).toBe(1);
  await setVisible(page, false);
  await expect.poll(() => page.evaluate(async () => (await navigator.locks.query()).held?.length)).toBe(0);
  await setVisible(page, true);
  await expect(page.getByText('Pl@ntNet answered', { exact: true })).toHaveCount(1);
  await setVisible(page, false);
  await expect(page).toHaveTitle(ANSWERED);
  await simulator.clear();
});
