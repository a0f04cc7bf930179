import { expectAccessible } from '../fixtures/accessible.ts';
import { breakStorage, type StorageFault } from '../fixtures/broken-device.ts';
import { expect } from '../fixtures/development.ts';
import { choosePhoto, takeScreenshots } from '../fixtures/identify-page.ts';
import { plantPhoto } from '../fixtures/photos.ts';
import { ADMIN, test } from '../fixtures/production.ts';

const FAULTS: readonly StorageFault[] = ['silent', 'blocked', 'refused', 'forbidden', 'full'];
const NOT_STORED = /This browser can’t store it/;

/**
 * Runs in the page. Returns the time from the press to the request of the sign-in page, without the server's own time.
 */
function msFromPressToLogin(): number {
  const [pressed] = performance.getEntriesByName('pressed');
  const login = performance.getEntriesByType('resource').find(({ name }) => name.includes('/login?next='));
  return (login?.startTime ?? Number.NaN) - (pressed?.startTime ?? Number.NaN);
}

for (const [index, fault] of FAULTS.entries()) {
  test(`keeps the photo over the sign-in when IndexedDB is ${fault}`, async ({ app, page }) => {
    await breakStorage(page, fault);
    await choosePhoto(page, app.url, await plantPhoto(300 + index));
    const identify = page.getByRole('button', { name: 'Identify this plant' });
    await expect(identify).toBeVisible();
    await page.evaluate(() => {
      const mark = () => performance.mark('pressed');
      window.addEventListener('click', mark, { capture: true, once: true });
    });
    await identify.click();
    await expect(page).toHaveURL(/\/login\?next=(%2F|\/)identify/);
    await expect(page.getByText('Your photo is waiting')).toBeVisible();
    expect(await page.evaluate(msFromPressToLogin)).toBeLessThan(1_000);
    await expect(page.getByText(NOT_STORED)).toBeVisible();
    if (fault === 'silent') {
      await expectAccessible(page);
      await takeScreenshots(page, 'login-waiting-unstored');
    }
    await page.getByLabel('E-mail').fill(ADMIN.email);
    await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL(`${app.url}/identify`);
    await expect(page).toHaveTitle(/, (likely|possible|unsure)/);
  });
}

test('keeps the photo from the home page to /identify when IndexedDB never answers', async ({ app, page }) => {
  await breakStorage(page, 'silent');
  await page.goto(app.url);
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles(await plantPhoto(310));
  await expect(page).toHaveURL(`${app.url}/identify`);
  await expect(page.getByRole('button', { name: 'Identify this plant' })).toBeVisible();
});

test('signs out when IndexedDB never answers', async ({ app, page }) => {
  await breakStorage(page, 'silent');
  await page.goto(`${app.url}/login?next=/account`);
  await page.getByLabel('E-mail').fill(ADMIN.email);
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
});

test('keeps the photo over a reload of the sign-in page', async ({ app, page }) => {
  await choosePhoto(page, app.url, await plantPhoto(311));
  await page.getByRole('button', { name: 'Identify this plant' }).click();
  await expect(page.getByText('Your photo is waiting')).toBeVisible();
  await page.reload();
  await expect(page.getByText('Your photo is waiting')).toBeVisible();
  const photo = page.getByRole('img', { name: 'Your photo' });
  await expect.poll(() => photo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(800);
  await expect(page.getByText(NOT_STORED)).toHaveCount(0);
});
