import { freePort } from '@plantcommunity/resilience/testing';
import { signIn } from '../fixtures/accounts.ts';
import type { App } from '../fixtures/app.ts';
import { INSECURE_NAME } from '../fixtures/browser.ts';
import { expect } from '../fixtures/development.ts';
import { choosePhoto } from '../fixtures/identify-page.ts';
import { plantPhoto } from '../fixtures/photos.ts';
import { ADMIN, startProduction } from '../fixtures/production.ts';
import { test } from '../fixtures/with-services.ts';

/** The product in production under a name that is not localhost, without https. */
let app: App;
let url: string;
test.beforeAll(async ({ services, simulator }) => {
  const PORT = String(await freePort());
  url = `http://${INSECURE_NAME}:${PORT}`;
  const settings = { ...services.emptyRedis(), PORT, APP_URL: url, ALLOWED_HOSTS: INSECURE_NAME };
  app = await startProduction({ services, simulator }, settings);
});
test.afterAll(() => app.stop());

test('identifies and follows circuits on plain http, where browsers lack many APIs', async ({ page }) => {
  await choosePhoto(page, url, await plantPhoto(340));
  expect(await page.evaluate(() => [isSecureContext, 'locks' in navigator, 'randomUUID' in crypto])).toEqual([
    false,
    false,
    false,
  ]);
  await page.getByRole('button', { name: 'Identify this plant' }).click();
  await expect(page.getByText('Your photo is waiting')).toBeVisible();
  await signIn(page, ADMIN);
  await expect(page).toHaveTitle(/, (likely|possible|unsure)/);
  await page.getByRole('link', { name: 'Admin' }).click();
  await expect(page.getByText(/^Live, /)).toBeVisible();
});
