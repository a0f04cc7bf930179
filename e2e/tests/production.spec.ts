import { expectAccessible } from '../fixtures/accessible.ts';
import { registerPerson } from '../fixtures/accounts.ts';
import { expect } from '../fixtures/development.ts';
import { identify, takeScreenshots } from '../fixtures/identify-page.ts';
import { plantPhoto } from '../fixtures/photos.ts';
import { test } from '../fixtures/production.ts';

test('asks to sign in, keeps the photo, and files the answer', async ({ app, page, simulator }) => {
  const person = await registerPerson(app, 'herbalist');
  const before = await simulator.calls();
  await identify(page, app.url, await plantPhoto(7));
  await expect(page).toHaveURL(/\/login\?next=(%2F|\/)identify/);
  await expect(page.getByText('Your photo is waiting')).toBeVisible();
  expect(await simulator.calls()).toEqual(before);
  await expectAccessible(page);
  await takeScreenshots(page, 'login-waiting');

  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.locator('form').getByRole('alert')).toBeVisible();

  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/identify/);
  // The photo is identified right after the sign-in, as the sign-in page promised.
  await expect(page.getByText('Named by')).toBeVisible();
  const name = (await page.locator('h1').textContent()) ?? '';

  await page.goto(`${app.url}/history`);
  await expect(page.getByText(name)).toBeVisible();
  const drawn = page.locator('main img').first();
  await expect(drawn).toBeVisible();
  await expect.poll(() => drawn.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await expectAccessible(page);
  await takeScreenshots(page, 'history');
  await page.getByText(name).click();
  await expect(page.locator('h1')).toHaveText(name);
  await expectAccessible(page);
  await takeScreenshots(page, 'history-sheet');

  for (const nowhere of ['/history/01JD0000000000000000000000', `/history/${'x'.repeat(200)}`, '/history?cursor=']) {
    expect((await page.goto(`${app.url}${nowhere}`))?.status(), nowhere).toBe(404);
  }
});

test('shows no history without a session', async ({ app, page }) => {
  await page.goto(`${app.url}/history`);
  await expect(page).toHaveURL(/\/login\?next=(%2F|\/)history/);
  const answer = await fetch(`${app.url}/api/v1/plant-identification/identifications`);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
});
