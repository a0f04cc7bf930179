import { expect } from '../fixtures/development.ts';
import { choosePhoto } from '../fixtures/identify-page.ts';
import { test } from '../fixtures/insecure.ts';
import { signIn } from '../fixtures/oauth-app.ts';
import { plantPhoto } from '../fixtures/photos.ts';
import { ADMIN } from '../fixtures/production.ts';

test('identifies and follows circuits on plain http, where browsers lack many APIs', async ({
  app,
  insecurePage: page,
}) => {
  await choosePhoto(page, app.url, await plantPhoto(340));
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
