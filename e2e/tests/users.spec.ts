import type { Browser, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessible.ts';
import { registerPerson, signIn, startSession, tokenOf } from '../fixtures/accounts.ts';
import type { App } from '../fixtures/app.ts';
import { expect } from '../fixtures/development.ts';
import { takeScreenshots } from '../fixtures/identify-page.ts';
import { ADMIN, test } from '../fixtures/production.ts';

const NOTHING = 'There is no sheet here';
const REASON = 'Asked for it by e-mail.';

/** Opens the page of an account by a search for it. */
async function openUser(page: Page, app: App, email: string): Promise<void> {
  await startSession(page, app, ADMIN);
  await page.goto(`${app.url}/admin/users?search=${encodeURIComponent(email)}`);
  await page.getByRole('link', { name: email, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: email })).toBeVisible();
}

/** Makes a change on the page of an account. */
async function change(page: Page, button: string, dialogName: string): Promise<void> {
  await page.getByRole('button', { name: button }).click();
  const dialog = page.getByRole('dialog', { name: dialogName });
  await dialog.getByLabel(/Why/).fill(REASON);
  await dialog.getByRole('button', { name: dialogName }).click();
  await expect(dialog).toBeHidden();
}

const history = (page: Page) => page.getByRole('region', { name: 'What was changed' }).getByRole('row');

/** Opens a page of another browser. */
async function otherBrowser(browser: Browser): Promise<Page> {
  return (await browser.newContext({ locale: 'en-GB', viewport: { width: 390, height: 844 } })).newPage();
}

async function statusOfMe(app: App, token: string): Promise<{ status: number; tier?: string }> {
  const answer = await fetch(`${app.url}/api/v1/auth/me`, { headers: { Authorization: `Bearer ${token}` } });
  const { tier } = (await answer.json()) as { tier?: string };
  return { status: answer.status, ...(tier !== undefined && { tier }) };
}

test('the pages of users do not exist for others', async ({ app, page }) => {
  const person = await registerPerson(app, 'users-visitor');
  for (const who of ['visitor', 'user']) {
    if (who === 'user') await startSession(page, app, person);
    for (const path of ['users', 'users/none']) {
      const response = await page.goto(`${app.url}/admin/${path}`);
      expect(response?.status()).toBe(404);
      await expect(page.getByRole('heading', { name: NOTHING })).toBeVisible();
    }
  }
  await startSession(page, app, ADMIN);
  expect((await page.goto(`${app.url}/admin/users/none`))?.status()).toBe(404);
});

test('an admin finds accounts by address, role, tier and state', async ({ app, page }) => {
  const { email } = await registerPerson(app, 'users-found');
  await startSession(page, app, ADMIN);
  await page.goto(`${app.url}/admin`);
  await page.getByRole('navigation', { name: 'Admin' }).getByRole('link', { name: 'Users' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Users' })).toBeVisible();
  const rows = page.getByRole('region', { name: 'Accounts' }).getByRole('row');
  await expect(rows.nth(1)).toContainText(email);
  await expectAccessible(page);
  await takeScreenshots(page, 'users');

  await page.getByLabel('Search').fill('USERS-found');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/search=USERS-found/);
  await expect(rows).toHaveCount(2);
  await expect(page.getByText('1 account matches, the newest first.')).toBeVisible();
  await page.getByLabel('Role').selectOption('admin');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByText('No account matches')).toBeVisible();
  await expectAccessible(page);
  await takeScreenshots(page, 'users-nothing');
  await page.getByRole('link', { name: 'Show all' }).click();
  // The form is made anew when the whole list is there.
  await expect(page).toHaveURL(`${app.url}/admin/users`);
  await page.getByLabel('Role').selectOption('admin');
  await page.getByRole('button', { name: 'Filter' }).click();
  const admin = rows.filter({ hasText: ADMIN.email });
  await expect(admin).toContainText('you');
  await expect(admin).toContainText('admin');
});

test('an admin changes a tier, which says why and applies at once', async ({ app, page }) => {
  const person = await registerPerson(app, 'users-tier');
  const token = await tokenOf(app, person);
  await openUser(page, app, person.email);
  await expect(page.getByText('No admin has changed this account yet.')).toBeVisible();
  await expectAccessible(page);
  await takeScreenshots(page, 'user');

  const button = page.getByRole('button', { name: 'Change tier…' });
  await button.click();
  const dialog = page.getByRole('dialog', { name: 'Change tier' });
  await expect(dialog.getByLabel(/Why/)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(button).toBeFocused();

  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Change tier' }).click();
  await expect(dialog.getByText('The account has this tier already.')).toBeVisible();
  await dialog.getByText('Premium', { exact: true }).click();
  await expect(dialog.getByText(/may ask for 500 identifications an hour; now it is 100/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Change tier' }).click();
  await expect(dialog.getByRole('alert')).toContainText('at least 10 characters');
  await expectAccessible(page);
  await takeScreenshots(page, 'user-tier-dialog');
  await dialog.getByLabel(/Why/).fill(REASON);
  await dialog.getByRole('button', { name: 'Change tier' }).click();
  await expect(dialog).toBeHidden();
  await expect(button).toBeFocused();
  await expect(page.getByText(/^Premium, 500 identifications an hour$/)).toBeVisible();
  await expect(history(page).nth(1)).toContainText(REASON);
  await expect(history(page).nth(1)).toContainText(/free .*premium/);
  expect(await statusOfMe(app, token)).toEqual({ status: 200, tier: 'premium' });
});

test('an admin makes another one, and the last one stays', async ({ app, browser, page }) => {
  const person = await registerPerson(app, 'users-admin');
  const theirs = await otherBrowser(browser);
  await startSession(theirs, app, person);
  await openUser(page, app, person.email);
  await change(page, 'Make admin…', 'Make admin');
  await theirs.goto(`${app.url}/admin/users`);
  await expect(theirs.getByRole('heading', { level: 1, name: 'Users' })).toBeVisible();
  await change(page, 'Take admin role away…', 'Take admin role away');
  expect((await theirs.reload())?.status()).toBe(404);
  await expect(history(page)).toHaveCount(3);
  await theirs.context().close();

  await openUser(page, app, ADMIN.email);
  await page.getByRole('button', { name: 'Take admin role away…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Take admin role away' });
  await expect(dialog.getByText('This is your own account')).toBeVisible();
  await dialog.getByLabel(/Why/).fill(REASON);
  await dialog.getByRole('button', { name: 'Take admin role away' }).click();
  await expect(dialog.getByRole('alert')).toContainText('The last admin stays one');
  await takeScreenshots(page, 'user-last-admin');
});

test('disabling an account signs it out everywhere at once', async ({ app, browser, page }) => {
  const person = await registerPerson(app, 'users-disabled');
  const token = await tokenOf(app, person);
  const theirs = await otherBrowser(browser);
  await startSession(theirs, app, person);
  await openUser(page, app, person.email);
  await expect(page.getByText('1 browser, 1 app signed in now.')).toBeVisible();
  await page.getByRole('button', { name: 'Disable…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Disable account' });
  await expect(dialog.getByText(/signed out at once \(1 browser, 1 app\)/)).toBeVisible();
  await expectAccessible(page);
  await takeScreenshots(page, 'user-disable-dialog');
  await dialog.getByLabel(/Why/).fill(REASON);
  await dialog.getByRole('button', { name: 'Disable account' }).click();
  await expect(dialog).toBeHidden();

  expect(await statusOfMe(app, token)).toMatchObject({ status: 401 });
  await theirs.goto(`${app.url}/account`);
  await expect(theirs).toHaveURL(/\/login/);
  await expect(page.getByText('Disabled since')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Make sign-in link…' })).toHaveCount(0);
  await expectAccessible(page);
  await takeScreenshots(page, 'user-disabled');

  await change(page, 'Enable…', 'Enable account');
  await expect(page.getByText('No browser or app signed in now.')).toBeVisible();
  await signIn(theirs, person);
  await expect(theirs).toHaveURL(/\/account/);
  await theirs.context().close();
});

test('a sign-in link leads to a new password, once, and leaves no trace of its token', async ({
  app,
  browser,
  context,
  page,
}) => {
  const person = await registerPerson(app, 'users-forgot');
  const token = await tokenOf(app, person);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openUser(page, app, person.email);
  await page.getByRole('button', { name: 'Make sign-in link…' }).click();
  const asking = page.getByRole('dialog', { name: 'Make sign-in link' });
  await takeScreenshots(page, 'user-link-dialog');
  await asking.getByLabel(/Why/).fill(REASON);
  await asking.getByRole('button', { name: 'Make sign-in link' }).click();
  const dialog = page.getByRole('dialog', { name: 'Sign-in link' });
  await expect(dialog.getByLabel(/^Link/)).toBeFocused();
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await expect(dialog.getByText('Copied.')).toBeVisible();
  await expectAccessible(page);
  await takeScreenshots(page, 'user-link');
  const url = await page.evaluate(() => navigator.clipboard.readText());
  expect(url).toMatch(/\/sign-in-link#[\w-]{43}$/);
  const secret = new URL(url).hash.slice(1);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('button', { name: 'Make sign-in link…' })).toBeFocused();
  await expect(page.getByText('A sign-in link waits')).toBeVisible();
  await expect(page.getByText(secret)).toHaveCount(0);

  // A program that scans links reads the page, which uses nothing.
  for (let times = 0; times < 2; times += 1) expect((await fetch(url)).status).toBe(200);

  const theirs = await otherBrowser(browser);
  const sent: string[] = [];
  theirs.on('request', (request) => sent.push(request.url(), JSON.stringify(request.headers())));
  await theirs.goto(url);
  await expect(theirs.getByText(`Choose a new password for ${person.email}.`)).toBeVisible();
  await expectAccessible(theirs);
  await takeScreenshots(theirs, 'sign-in-link');
  const password = theirs.getByLabel('New password', { exact: true });
  await password.fill('short');
  await theirs.getByRole('button', { name: 'Set password and sign in' }).click();
  await expect(password).toHaveAccessibleDescription(/this one has 5 characters/);
  await password.fill('a password that I keep');
  await theirs.getByRole('button', { name: 'Set password and sign in' }).click();
  await expect(theirs).toHaveURL(`${app.url}/identify`);
  await expect(theirs.getByRole('button', { name: /^Account of/ })).toBeVisible();
  expect(sent.filter((text) => text.includes(secret))).toEqual([]);
  expect(app.output()).not.toContain(secret);
  expect(app.output()).toContain('[AUTH] Password set by a sign-in link');

  expect(await statusOfMe(app, token)).toMatchObject({ status: 401 });
  await expect(tokenOf(app, { ...person, password: 'a password that I keep' })).resolves.toBeTruthy();
  await expect(tokenOf(app, person)).rejects.toThrow('invalid_credentials');
  await theirs.goto(`${app.url}/login`);
  await theirs.goto(url);
  await expect(theirs.getByText('This link can’t be used any more.')).toBeVisible();
  await expectAccessible(theirs);
  await takeScreenshots(theirs, 'sign-in-link-used');
  await theirs.context().close();

  await page.reload();
  await expect(page.getByText('The last sign-in link was used.')).toBeVisible();
  await expect(history(page).nth(1)).toContainText(`Sign-in link of ${person.email} used`);
  await expect(history(page).nth(1)).toContainText(person.email);
  await expect(history(page).nth(2)).toContainText(`Made a sign-in link for ${person.email}`);
  await expect(history(page).nth(2)).toContainText(ADMIN.email);
});

test('a sign-in link without its token, or while no answer comes, says so', async ({ app, page }) => {
  await page.goto(`${app.url}/sign-in-link`);
  await expect(page.getByText('This link can’t be used any more.')).toBeVisible();
  await page.route('**/api/trpc/v1.signInLink.open*', (route) => route.abort());
  await page.goto(`${app.url}/login`);
  await page.goto(`${app.url}/sign-in-link#none`);
  await expect(page.getByRole('main').getByRole('alert')).toContainText('No answer came from us.');
  await expectAccessible(page);
  await takeScreenshots(page, 'sign-in-link-failed');
  await page.unroute('**/api/trpc/v1.signInLink.open*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('This link can’t be used any more.')).toBeVisible();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('an admin finds accounts and reads them', async ({ app, page }) => {
    const person = await registerPerson(app, 'users-plain');
    await openUser(page, app, person.email);
    expect(await page.content()).toContain('Changing an account needs JavaScript');
  });
});
