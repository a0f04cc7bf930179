import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessible.ts';
import { registerPerson, startSession } from '../fixtures/accounts.ts';
import type { App } from '../fixtures/app.ts';
import { expect } from '../fixtures/development.ts';
import { takeScreenshots } from '../fixtures/identify-page.ts';
import { ADMIN, test } from '../fixtures/production.ts';
import { changeUser } from '../fixtures/user-changes.ts';

const NOTHING = 'There is no sheet here';

/** Makes two entries about a new account, and signs the admin in. */
async function changeTier(page: Page, app: App, name: string): Promise<{ email: string; id: string }> {
  const { email } = await registerPerson(app, name);
  await changeUser(app, email, '=1+1, asked for by "mail"', { type: 'setTier', tier: 'pro' });
  const id = await changeUser(app, email, 'A school class of 30.', { type: 'setTier', tier: 'premium' });
  await startSession(page, app, ADMIN);
  return { email, id };
}

const rows = (page: Page) => page.getByRole('region', { name: 'Entries' }).getByRole('row');

test('the audit page and its export do not exist for others', async ({ app, page }) => {
  const person = await registerPerson(app, 'audit-visitor');
  for (const who of ['visitor', 'user']) {
    if (who === 'user') await startSession(page, app, person);
    const response = await page.goto(`${app.url}/admin/audit`);
    expect(response?.status()).toBe(404);
    await expect(page.getByRole('heading', { name: NOTHING })).toBeVisible();
    await expect(page.getByRole('navigation', { name: 'Admin' })).toHaveCount(0);
    const exported = await page.request.get(`${app.url}/admin/audit/export`);
    expect({ status: exported.status(), body: await exported.text() }).toEqual({ status: 404, body: '' });
  }
});

test('the audit page says who changed what and why, and narrows it', async ({ app, page }) => {
  const { email } = await changeTier(page, app, 'audit-reader');
  await page.goto(`${app.url}/admin/audit`);
  await expect(page.getByRole('navigation', { name: 'Admin' }).getByRole('link', { name: 'Audit' })).toHaveAttribute(
    'aria-current',
    'page',
  );
  const [newest, older] = [rows(page).nth(1), rows(page).nth(2)];
  await expect(newest).toContainText(ADMIN.email);
  await expect(newest).toContainText(`Tier of ${email}`);
  await expect(newest).toContainText('A school class of 30.');
  await expect(newest).toContainText(/pro .*premium/);
  await expect(older).toContainText('=1+1');
  await expect(newest.locator('time')).toHaveAttribute('title', /^\d+ \w+ \d{4}, \d\d:\d\d:\d\d UTC$/);
  await expectAccessible(page);
  await takeScreenshots(page, 'audit');

  await page.getByLabel('What').selectOption({ label: 'Tier changed' });
  await page.getByLabel('About').fill(email);
  await page.getByLabel('Reason').fill('SCHOOL class');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/action=user\.set_tier&target=audit-reader.*&reason=SCHOOL\+class/);
  await expect(rows(page)).toHaveCount(2);
  await expect(page.getByLabel('About')).toHaveValue(email);
  await takeScreenshots(page, 'audit-filtered');
  await page.getByLabel('Reason').fill('no such words');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Nothing matches')).toBeVisible();
  await expect(page.getByRole('link', { name: /^Export/ })).toHaveCount(0);
  await expectAccessible(page);
  await takeScreenshots(page, 'audit-nothing');
  await page.getByRole('link', { name: 'Show all' }).click();
  await expect(page).toHaveURL(/\/admin\/audit$/);
  await expect(rows(page).nth(1)).toContainText('A school class of 30.');
});

test('the audit page comes in pages', async ({ app, page }) => {
  const { email, id } = await changeTier(page, app, 'audit-pages');
  const changes = Array.from({ length: 52 }, (_, n) => ({ type: 'setTier', tier: n % 2 ? 'pro' : 'free' }) as const);
  await changeUser(app, email, 'One of many changes.', ...changes);
  await page.goto(`${app.url}/admin/audit?target=${id}`);
  await expect(rows(page)).toHaveCount(51);
  await page.getByRole('link', { name: 'Older' }).click();
  await expect(rows(page)).toHaveCount(5);
  await expect(rows(page).last()).toContainText('=1+1');
  await expect(page.getByRole('link', { name: 'Older' })).toHaveCount(0);
  await page.getByRole('link', { name: 'Newest' }).click();
  await expect(rows(page)).toHaveCount(51);
  const wrong = await page.goto(`${app.url}/admin/audit?cursor=none`);
  expect(wrong?.status()).toBe(404);
});

test('the export has what matches, as texts for a spreadsheet', async ({ app, page }) => {
  const { email, id } = await changeTier(page, app, 'audit-export');
  await page.goto(`${app.url}/admin/audit?target=${email}`);
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export what matches (CSV)' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^audit-\d{4}-\d\d-\d\d\.csv$/);
  const file = await readFile(await download.path(), 'utf8');
  expect(file.startsWith('\uFEFFat_utc,who,action,')).toBe(true);
  const lines = file.split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toContain(
    `,${ADMIN.email},user.set_tier,Tier of ${email},${id},${email},A school class of 30.,pro,premium,`,
  );
  expect(lines[2]).toContain(`,"'=1+1, asked for by ""mail""",free,pro,`);

  const answer = await page.request.get(`${app.url}/admin/audit/export?target=${email}`);
  expect(answer.headers()).toMatchObject({
    'cache-control': 'no-store',
    'content-type': 'text/csv; charset=utf-8; header=present',
    'x-content-type-options': 'nosniff',
  });
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the audit page shows times in UTC, and its filter works', async ({ app, page }) => {
    const { email } = await changeTier(page, app, 'audit-plain');
    await page.goto(`${app.url}/admin/audit`);
    await page.getByLabel('About').fill(email);
    await page.getByRole('button', { name: 'Filter' }).click();
    await expect(rows(page)).toHaveCount(3);
    await expect(rows(page).nth(1).locator('time')).toHaveText(/ UTC$/);
  });
});
