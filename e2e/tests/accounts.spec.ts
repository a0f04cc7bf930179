import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessible.ts';
import { type Person, registerPerson, signIn, startSession, tokenOf } from '../fixtures/accounts.ts';
import type { App } from '../fixtures/app.ts';
import { expect } from '../fixtures/development.ts';
import { identify, takeScreenshots } from '../fixtures/identify-page.ts';
import { plantPhoto } from '../fixtures/photos.ts';
import { test } from '../fixtures/production.ts';

const REFUSED = 'E-mail and password do not belong together.';
const errorIn = (page: Page) => page.locator('form').getByRole('alert');

async function openAccount(page: Page, app: App, person: Person): Promise<void> {
  await startSession(page, app, person);
  await page.goto(`${app.url}/account`);
  await expect(page.getByRole('heading', { level: 1, name: 'Your account' })).toBeVisible();
}

/** Signs in on the sign-in page, and checks that the answer to this try is a refusal. */
async function expectRefusal(page: Page, person: Person): Promise<void> {
  const answered = page.waitForResponse('**/api/auth/callback/credentials');
  await signIn(page, person);
  await answered;
  await expect(errorIn(page)).toContainText(REFUSED);
}

/** Checks that the page fits the smallest supported screen. */
async function expectToFit(page: Page): Promise<void> {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  if (before !== null) await page.setViewportSize(before);
}

test.describe('registration', () => {
  test('keeps the photo, shows what is missing, and ends at the answer', async ({ app, page, simulator }) => {
    const before = await simulator.calls();
    await identify(page, app.url, await plantPhoto(51));
    await expect(page).toHaveURL(/\/login\?next=(%2F|\/)identify/);
    await expect(page.getByText('Your photo is waiting')).toBeVisible();
    await expectAccessible(page);
    await expectToFit(page);
    await takeScreenshots(page, 'login');
    await page.getByRole('link', { name: 'Make an account' }).last().click();
    await expect(page).toHaveURL(/\/register\?next=(%2F|\/)identify/);
    await expect(page.getByText('Your photo is waiting')).toBeVisible();
    await expect(page.getByText('10 to 200 characters')).toBeVisible();
    await expectAccessible(page);
    await expectToFit(page);
    await takeScreenshots(page, 'register');

    const email = page.getByLabel('E-mail');
    const password = page.getByLabel('Password', { exact: true });
    const submit = page.getByRole('button', { name: 'Make an account' });
    await submit.click();
    await expect(email).toBeFocused();
    await expect(email).toHaveAccessibleDescription('Please enter your e-mail address.');
    await email.fill('cara@example');
    await password.fill('too short');
    await submit.click();
    await expect(email).toBeFocused();
    await expect(email).toHaveAccessibleDescription(/This is no e-mail address/);
    await expect(password).toHaveAccessibleDescription(/10 to 200 characters.* this one has 9 characters/);
    await expect(password).toHaveValue('too short');
    await expectAccessible(page);
    await takeScreenshots(page, 'register-errors');
    // The error disappears once the address is valid.
    await email.fill('cara@plants.example');
    await expect(email).toHaveAccessibleDescription('');
    await submit.click();
    await expect(password).toBeFocused();
    expect(await simulator.calls()).toEqual(before);

    await page.getByLabel('Name').fill('Cara');
    await page.getByRole('button', { name: 'Show password' }).click();
    await expect(password).toHaveAttribute('type', 'text');
    await password.fill('four green leaves');
    await submit.click();
    await expect(page).toHaveURL(`${app.url}/identify`);
    await expect(page.getByText('Named by')).toBeVisible();

    await page.getByRole('button', { name: 'Account of Cara' }).click();
    await takeScreenshots(page, 'account-menu');
    await page.getByRole('link', { name: 'Account' }).click();
    await expect(page).toHaveURL(`${app.url}/account`);
    await expect(page.getByRole('button', { name: 'Sign out', exact: true })).toBeHidden();
    const left = page.getByRole('meter', { name: 'Identifications left' });
    await expect(left).toHaveAttribute('aria-valuetext', /^99 of 100 left, full again at (\d\d \w+, )?\d\d:\d\d$/);
    await expect(page.getByRole('main').getByText('cara@plants.example')).toBeVisible();
    await expectAccessible(page);
    await expectToFit(page);
    await takeScreenshots(page, 'account');
  });

  test('says that an address is taken, and links the sign-in page', async ({ app, page }) => {
    const { email, password } = await registerPerson(app, 'taken');
    await page.goto(`${app.url}/register?next=/history`);
    await page.getByLabel('E-mail').fill(email.toUpperCase());
    await page.getByLabel('Name').fill('Not lost');
    await page.getByLabel('Password', { exact: true }).fill('another good password');
    await page.getByRole('button', { name: 'Make an account' }).click();
    await expect(page.getByLabel('E-mail')).toBeFocused();
    await expect(page.getByLabel('E-mail')).toHaveAccessibleDescription(/an account for this address already/);
    await expect(page.getByLabel('Name')).toHaveValue('Not lost');
    await expectAccessible(page);
    await takeScreenshots(page, 'register-taken');
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).first().click();
    await expect(page).toHaveURL(/\/login\?next=(%2F|\/)history$/);
    await signIn(page, { email, password });
    await expect(page).toHaveURL(`${app.url}/history`);
  });
});

test.describe('sign-in', () => {
  test('has one message for a wrong address and a wrong password, and keeps the input', async ({ app, page }) => {
    const person = await registerPerson(app, 'right');
    await page.goto(`${app.url}/login?next=/history`);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page.getByLabel('E-mail')).toBeFocused();
    await expectRefusal(page, { ...person, password: 'not the password' });
    const message = await errorIn(page).textContent();
    await expectAccessible(page);
    await takeScreenshots(page, 'login-refused');
    await expectRefusal(page, { ...person, email: 'unknown@plants.example' });
    await expect(errorIn(page)).toHaveText(message ?? '');
    await expect(page.getByLabel('Password', { exact: true })).toHaveValue(person.password);

    const held = Promise.withResolvers<void>();
    let asked = 0;
    await page.route('**/api/auth/callback/credentials', async (route) => {
      asked += 1;
      await held.promise;
      await route.continue();
    });
    await signIn(page, person);
    const busy = page.getByRole('button', { name: 'Signing in' });
    await expect(busy).toHaveAttribute('aria-disabled', 'true');
    await busy.click({ force: true });
    await page.getByLabel('Password', { exact: true }).press('Enter');
    await takeScreenshots(page, 'login-busy');
    held.resolve();
    await expect(page).toHaveURL(`${app.url}/history`);
    expect(asked).toBe(1);
  });

  test('shows the time of the next possible try after many tries at that account', async ({ app, page }) => {
    const person = await registerPerson(app, 'guessed');
    const other = await registerPerson(app, 'unharmed');
    await page.goto(`${app.url}/login`);
    for (let time = 0; time < 5; time += 1) {
      await expectRefusal(page, { ...person, password: `guess ${time}` });
    }
    await signIn(page, person);
    await expect(errorIn(page)).toHaveText(/many tries in a short time\. You can try again at \d\d:\d\d\./);
    const again = page.getByRole('button', { name: /Try again in \d/ });
    await expect(again).toHaveAttribute('aria-disabled', 'true');
    await expectAccessible(page);
    await takeScreenshots(page, 'login-throttled');
    await signIn(page, other);
    await expect(page).toHaveURL(`${app.url}/identify`);
  });

  test('leads only to paths of this site', async ({ app, page }) => {
    const person = await registerPerson(app, 'lured');
    for (const lure of ['//evil.example', '/\\evil.example', 'https://evil.example/account', '/%09/evil.example']) {
      await page.context().clearCookies();
      await page.goto(`${app.url}/login?next=${encodeURIComponent(lure)}`);
      await expect(page.getByRole('link', { name: 'Make an account' }).last()).toHaveAttribute(
        'href',
        /^\/register\?next=%2F(identify|%2509%2Fevil\.example)$/,
      );
      await signIn(page, person);
      await expect(page.getByRole('button', { name: /^Account of/ })).toBeVisible();
      expect(new URL(page.url()).origin).toBe(app.url);
      await page.goto(`${app.url}/register?next=${encodeURIComponent(lure)}`);
      expect(new URL(page.url()).origin).toBe(app.url);
    }
  });

  test('works by keyboard, and shows when there is no connection', async ({ app, context, page }) => {
    const person = await registerPerson(app, 'keyboard');
    await page.goto(`${app.url}/login?next=/account`);
    await page.getByLabel('E-mail').focus();
    await page.keyboard.insertText(person.email);
    await page.keyboard.press('Tab');
    await expect(page.getByRole('button', { name: 'Show password' })).toBeFocused();
    await page.keyboard.press('Tab');
    await page.keyboard.insertText(person.password);
    await context.setOffline(true);
    await page.keyboard.press('Enter');
    await expect(errorIn(page)).toContainText('You are offline. Nothing is lost');
    await takeScreenshots(page, 'login-offline');
    await context.setOffline(false);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: 'Your account' })).toBeVisible();

    await page.getByRole('button', { name: /^Account of/ }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await expect(page.getByRole('link', { name: 'Account' })).toBeFocused();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await expect(page.getByRole('button', { name: 'Sign out', exact: true })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(`${app.url}/`);
    await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
  });
});

test.describe('the account page', () => {
  test('changes the password, and ends all other sessions', async ({ app, browser, page }) => {
    const person = await registerPerson(app, 'changing');
    const elsewhere = await (await browser.newContext()).newPage();
    await openAccount(elsewhere, app, person);
    const token = await tokenOf(app, person);
    await page.goto(`${app.url}/account`);
    await expect(page).toHaveURL(/\/login\?next=(%2F|\/)account$/);
    await signIn(page, person);
    await expect(page.getByRole('heading', { level: 1, name: 'Your account' })).toBeVisible();

    const current = page.getByLabel('Current password');
    const next = page.getByLabel('New password');
    const change = page.getByRole('button', { name: 'Change password' });
    await current.fill('not this one');
    await next.fill('a new password');
    await change.click();
    await expect(current).toBeFocused();
    await expect(current).toHaveAccessibleDescription('This is not your current password.');
    await expectAccessible(page);
    await takeScreenshots(page, 'account-password-refused');
    await current.fill(person.password);
    await change.click();
    await expect(page.getByText('Your password is changed.')).toBeVisible();
    await expect(current).toHaveValue('');
    await expectAccessible(page);
    await takeScreenshots(page, 'account-password-changed');
    await page.reload();
    await expect(page.getByRole('heading', { level: 1, name: 'Your account' })).toBeVisible();

    await elsewhere.reload();
    await expect(elsewhere).toHaveURL(/\/login/);
    await expectRefusal(elsewhere, person);
    await signIn(elsewhere, { ...person, password: 'a new password' });
    await expect(elsewhere).toHaveURL(`${app.url}/account`);
    expect(await statusOfMe(app, token)).toBe(401);
    await elsewhere.context().close();
  });

  test('ends all sessions at once', async ({ app, browser, page }) => {
    const person = await registerPerson(app, 'leaving');
    const elsewhere = await (await browser.newContext()).newPage();
    await openAccount(elsewhere, app, person);
    const token = await tokenOf(app, person);
    expect(await statusOfMe(app, token)).toBe(200);
    await openAccount(page, app, person);
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await expect(page.getByText('You are signed out everywhere, and so are the apps.')).toBeVisible();
    await expectAccessible(page);
    await takeScreenshots(page, 'login-departed');
    await page.reload();
    await expect(page.getByText('You are signed out everywhere')).toBeHidden();
    expect(await statusOfMe(app, token)).toBe(401);
    await elsewhere.goto(`${app.url}/history`);
    await expect(elsewhere).toHaveURL(/\/login/);
    await elsewhere.context().close();
  });

  test('deletes the account with its history and photos after a confirmation', async ({ app, page }) => {
    const person = await registerPerson(app, 'ending');
    const others = await photosOf(app);
    await openAccount(page, app, person);
    await identify(page, app.url, await plantPhoto(52));
    await expect(page.getByText('Named by')).toBeVisible();
    await page.goto(`${app.url}/history`);
    const drawn = page.locator('main img').first();
    await expect(drawn).toBeVisible();
    const photo = `${app.url}${await drawn.getAttribute('src')}`;
    expect((await page.request.get(photo)).status()).toBe(200);
    expect(await photosOf(app)).toHaveLength(others.length + 1);

    await page.goto(`${app.url}/account`);
    const open = page.getByRole('button', { name: 'Delete account…' });
    await open.click();
    const dialog = page.getByRole('dialog', { name: 'Delete your account' });
    const password = dialog.getByLabel('Your password', { exact: true });
    await expect(password).toBeFocused();
    await expect(dialog.getByRole('listitem').first()).toContainText('identifications and their photos');
    await expectAccessible(page);
    await expectToFit(page);
    await takeScreenshots(page, 'account-delete');
    await page.keyboard.press('Escape');
    await expect(open).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('button').nth(1)).toHaveText('Cancel');
    await password.fill('not the password');
    await dialog.getByRole('button', { name: 'Delete account' }).click();
    await expect(password).toBeFocused();
    await expect(password).toHaveAccessibleDescription('This is not your password.');
    await takeScreenshots(page, 'account-delete-refused');
    await password.fill(person.password);
    await dialog.getByRole('button', { name: 'Delete account' }).click();
    await expect(page.getByText('Your account is deleted')).toBeVisible();
    await takeScreenshots(page, 'login-deleted');

    expect((await page.request.get(photo)).status()).toBe(401);
    expect(await photosOf(app)).toEqual(others);
    await expectRefusal(page, person);
    // The address can be registered again, without the old data.
    await registerPerson(app, 'ending');
    await signIn(page, person);
    await expect(page).toHaveURL(`${app.url}/`);
    expect((await page.request.get(photo)).status()).toBe(404);
    await page.goto(`${app.url}/history`);
    await expect(page.getByText('Nothing pressed yet')).toBeVisible();
  });

  test('leads to the sign-in page when the session has ended elsewhere', async ({ app, browser, page }) => {
    const person = await registerPerson(app, 'gone');
    await openAccount(page, app, person);
    const elsewhere = await (await browser.newContext()).newPage();
    await openAccount(elsewhere, app, person);
    await elsewhere.getByRole('button', { name: 'Sign out everywhere' }).click();
    await expect(elsewhere).toHaveURL(/\/login/);
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await expect(page).toHaveURL(/\/login\?next=(%2F|\/)account$/);
    await elsewhere.context().close();
  });
});

test.describe('sign-in with an OAuth provider', () => {
  test('creates an account without a password, which its address confirms for deletion', async ({
    app,
    oauthServer,
    page,
  }) => {
    oauthServer.person = { subject: '4711', name: 'Ann', email: 'ann@elsewhere.example' };
    await identify(page, app.url, await plantPhoto(53));
    await expect(page.getByText('Your photo is waiting')).toBeVisible();
    await page.getByRole('button', { name: 'Continue with GitHub' }).click();
    await expect(page).toHaveURL(`${app.url}/identify`);
    await expect(page.getByText('Named by')).toBeVisible();
    await page.goto(`${app.url}/account`);
    await expect(page.getByText('You sign in with GitHub. This account has no password here.')).toBeVisible();
    await expect(page.getByLabel('Current password')).toHaveCount(0);
    await expectAccessible(page);
    await takeScreenshots(page, 'account-github');

    await page.getByRole('button', { name: 'Delete account…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete your account' });
    const typed = dialog.getByLabel('Your e-mail address');
    await expect(typed).toBeFocused();
    await typed.fill('ann@elsewhere');
    await dialog.getByRole('button', { name: 'Delete account' }).click();
    await expect(typed).toBeFocused();
    await expect(typed).toHaveAccessibleDescription(/This is not the address of this account/);
    await expectAccessible(page);
    await takeScreenshots(page, 'account-delete-by-address');
    await typed.fill('Ann@Elsewhere.example');
    await dialog.getByRole('button', { name: 'Delete account' }).click();
    await expect(page.getByText('Your account is deleted')).toBeVisible();
  });

  test('without shared addresses signs known people in, and tells others the reason', async ({
    app,
    oauthServer,
    page,
  }) => {
    const signInWithGitHub = async () => {
      await page.context().clearCookies();
      await page.goto(`${app.url}/login?next=/history`);
      await page.getByRole('button', { name: 'Continue with GitHub' }).click();
    };
    oauthServer.person = { subject: '4720', name: 'Gita', email: 'gita@elsewhere.example' };
    await signInWithGitHub();
    await expect(page).toHaveURL(`${app.url}/history`);
    oauthServer.scripted.set('/api/v3/user/emails', { status: 403 });
    try {
      await signInWithGitHub();
      await expect(page).toHaveURL(`${app.url}/history`);
      oauthServer.person = { subject: '4721', name: 'Gustav', email: 'gustav@elsewhere.example' };
      await signInWithGitHub();
      await expect(errorIn(page)).toContainText('did not share your e-mail address');
      await expectAccessible(page);
    } finally {
      oauthServer.scripted.clear();
    }
  });

  test('says why it created no account, and keeps the target path', async ({ app, oauthServer, page }) => {
    const { email, password } = await registerPerson(app, 'both');
    oauthServer.person = { subject: '4712', name: 'Both', email };
    await page.goto(`${app.url}/register?next=/history`);
    await page.getByRole('button', { name: 'Continue with Google' }).click();
    await expect(errorIn(page)).toContainText('There is an account for your address already');
    await expectAccessible(page);
    await takeScreenshots(page, 'login-not-linked');
    oauthServer.person = undefined;
    await page.goto(`${app.url}/login?next=/history`);
    await page.getByRole('button', { name: 'Continue with Google' }).click();
    await expect(errorIn(page)).toContainText('did not let you in, or you stopped on the way');
    await signIn(page, { email, password });
    await expect(page).toHaveURL(`${app.url}/history`);
  });
});

/** Lists the stored photos of all accounts. */
async function photosOf({ dataDir }: App): Promise<string[]> {
  const entries = await readdir(join(dataDir, 'photos'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.jpg'))
    .map(({ name }) => name)
    .toSorted();
}

async function statusOfMe({ url }: App, token: string): Promise<number> {
  return (await fetch(`${url}/api/v1/auth/me`, { headers: { Authorization: `Bearer ${token}` } })).status;
}
