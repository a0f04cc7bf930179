import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectAccessible } from '../fixtures/accessible.ts';
import { expect, test } from '../fixtures/development.ts';
import { choosePhoto, identify, takeScreenshots } from '../fixtures/identify-page.ts';
import { formWith, greyPhoto, plantPhoto, textCalledPhoto } from '../fixtures/photos.ts';

test.afterEach(async ({ simulator }) => {
  await simulator.clear();
});

test('shows the label: name, confidence, providers, other candidates', async ({ app, page }) => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));

  await choosePhoto(page, app.url, await plantPhoto(7));
  await takeScreenshots(page, 'identify-chosen');
  await page.getByRole('button', { name: 'Identify this plant' }).click();
  await expect(page.getByText('Named by')).toBeVisible();
  await expect(page.locator('h1')).toBeFocused();
  await expect(page).toHaveTitle(/, (likely|possible|unsure)/);
  // As Next does when a refresh of the router arrives late.
  await page.evaluate(() => {
    document.title = 'Identify · Plant ID Community';
  });
  await expect(page).toHaveTitle(/, (likely|possible|unsure)/);
  await expect(page.getByText('It could also be')).toBeVisible();
  await expect(page.getByText('Demo')).toHaveCount(0);
  await expectAccessible(page);
  await takeScreenshots(page, 'identify-answer');
  expect(complaints).toEqual([]);
});

test('identifies every collected photo, those of iPhones too', async ({ app, page }) => {
  const folder = process.env['PLANT_PHOTOS_DIR'] ?? '';
  test.skip(folder === '', 'PLANT_PHOTOS_DIR is not set');
  const names = readdirSync(folder).filter((name) => !name.endsWith('.md'));
  for (const name of names) {
    const form = new FormData();
    form.set('image', new Blob([readFileSync(join(folder, name))]), name);
    const answer = await fetch(`${app.url}/api/v1/plant-identification/identify`, { method: 'POST', body: form });
    const body: unknown = await answer.json();
    expect({ name, status: answer.status, body }).toMatchObject({
      status: 200,
      body: { partial: false, is_plant: true },
    });
  }
  const heic = names.find((name) => name.endsWith('.heic')) ?? '';
  await identify(page, app.url, { name: heic, mimeType: '', buffer: readFileSync(join(folder, heic)) });
  await expect(page.getByText('Named by')).toBeVisible();
  await expectAccessible(page);
});

test('shows the steps, and the first answer before the second', async ({ app, page, simulator }) => {
  await simulator.fault({ provider: 'plant_id', latencyMs: 4_000 });
  await identify(page, app.url, await plantPhoto(8));
  await expect(page.getByText('Pl@ntNet answered', { exact: true })).toBeVisible();
  await expect(page.getByText('Asking Plant.id')).toBeVisible();
  await takeScreenshots(page, 'identify-working');
  await expect(page.getByText('Named by')).toBeVisible();
});

test('stops on request, and keeps the photo', async ({ app, page, simulator }) => {
  await simulator.fault({ provider: 'plant_id', latencyMs: 5_000 });
  await identify(page, app.url, await plantPhoto(10));
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByRole('button', { name: 'Identify this plant' })).toBeVisible();
});

test('shows the genus when no species is confident enough', async ({ app, page }) => {
  await identify(page, app.url, await plantPhoto(9));
  await expect(page.getByRole('heading', { level: 1, name: /^An? / })).toBeVisible();
  await expect(page.getByText(/this photo cannot tell/)).toBeVisible();
  await expectAccessible(page);
  await takeScreenshots(page, 'identify-unsure');
});

test('reports that a wall is no plant', async ({ app, page }) => {
  await identify(page, app.url, await greyPhoto());
  await expect(page.getByRole('heading', { name: 'We see no plant here' })).toBeVisible();
  await expectAccessible(page);
  await takeScreenshots(page, 'identify-no-plant');
});

test('rejects a text named photo.jpg before it is sent', async ({ app, page, simulator }) => {
  const before = await simulator.calls();
  await choosePhoto(page, app.url, textCalledPhoto);
  await expect(page.getByRole('alert').getByText('photo.jpg')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Identify this plant' })).toHaveCount(0);
  await expectAccessible(page);
  await takeScreenshots(page, 'identify-refused');
  expect(await simulator.calls()).toEqual(before);
});

test('accepts a JPEG with an old or unknown extension, and rejects one with the extension of a program', async ({
  app,
  page,
}) => {
  const { buffer } = await plantPhoto(301);
  const sendButton = page.getByRole('button', { name: 'Identify this plant' });
  for (const name of ['shell.php', 'rose.svg', '.htaccess', 'shell.php.xyz']) {
    await choosePhoto(page, app.url, { name, mimeType: 'image/jpeg', buffer });
    await expect(page.getByRole('alert').getByText(/, which is no photo/)).toBeVisible();
    await expect(sendButton).toHaveCount(0);
  }
  await choosePhoto(page, app.url, { name: 'IMG_1.HEIC', mimeType: 'image/heic', buffer });
  await expect(sendButton).toBeVisible();
  await identify(page, app.url, { name: 'Monstera.deliciosa', mimeType: '', buffer });
  await expect(page.getByRole('button', { name: 'Identify another' })).toBeVisible();
});

test('answers with one provider when the other is down, and names the missing one', async ({
  app,
  page,
  simulator,
}) => {
  await simulator.fault({ provider: 'plant_id', status: 500 });
  await identify(page, app.url, await plantPhoto(11));
  await expect(page.getByText('one opinion, no percentage')).toBeVisible();
  await expect(page.getByText('Plant.id').first()).toBeVisible();
  await expectAccessible(page);
  await takeScreenshots(page, 'identify-partial');
});

test('keeps the photo while both circuits are open, and tries again by itself', async ({ app, page, simulator }) => {
  await simulator.fault({ provider: 'plant_id', status: 500 });
  await simulator.fault({ provider: 'plantnet', status: 500 });
  const identifyUrl = `${app.url}/api/v1/plant-identification/identify`;
  for (let failure = 0; failure < 5; failure += 1) {
    await fetch(identifyUrl, { method: 'POST', body: await formWith(plantPhoto(100 + failure)) });
  }
  await identify(page, app.url, await plantPhoto(13));
  await expect(page.getByRole('heading', { name: 'Both services are resting' })).toBeVisible();
  await expectAccessible(page);
  await takeScreenshots(page, 'identify-resting');
  await simulator.clear();
  await expect(page.getByText('Named by')).toBeVisible({ timeout: 30_000 });
  // Both circuits must be closed before the next test.
  await expect
    .poll(
      async () => {
        await fetch(identifyUrl, { method: 'POST', body: await formWith(plantPhoto(13)) });
        return (await fetch(`${identifyUrl}/health`)).status;
      },
      { timeout: 30_000 },
    )
    .toBe(200);
});

test('answers the same photo from the cache, without a call', async ({ app, page, simulator }) => {
  const photo = await plantPhoto(14);
  await identify(page, app.url, photo);
  await expect(page.getByText('Agreed by')).toBeVisible();
  const name = await page.locator('h1').textContent();
  const before = await simulator.calls();
  await identify(page, app.url, photo);
  await expect(page.getByText('Agreed by')).toBeVisible();
  await expect(page.locator('h1')).toHaveText(name ?? '');
  expect(await simulator.calls()).toEqual(before);
});
