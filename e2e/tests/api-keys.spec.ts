import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessible.ts';
import { registerPerson, startSession, tokenOf } from '../fixtures/accounts.ts';
import type { App } from '../fixtures/app.ts';
import { expect } from '../fixtures/development.ts';
import { takeScreenshots } from '../fixtures/identify-page.ts';
import { formWith, plantPhoto } from '../fixtures/photos.ts';
import { test } from '../fixtures/production.ts';

const KEY = /^plk_[0-9A-Za-z]{36}$/;
const IDENTIFY = '/api/v1/plant-identification/identify';
const HISTORY = '/api/v1/plant-identification/identifications';

/** Sends a request as a script does: with the key and nothing else that names a caller. */
async function withKey({ url }: App, key: string, path: string, init: RequestInit = {}) {
  const answer = await fetch(url + path, { ...init, headers: { Authorization: `Bearer ${key}` } });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function identifyWith(app: App, key: string) {
  return withKey(app, key, IDENTIFY, { method: 'POST', body: await formWith(plantPhoto(61)) });
}

/** Creates a key on `/account`, and returns it as the page shows it. */
async function createKey(page: Page, name: string, more: readonly string[] = []): Promise<string> {
  await page.getByLabel('Name', { exact: true }).fill(name);
  for (const scope of more) await page.getByRole('checkbox', { name: scope }).check();
  await page.getByRole('button', { name: 'Create a key' }).click();
  return page.getByLabel(`Key “${name}”`).inputValue();
}

test('an API key is created on the account page, identifies, and works no more once it is revoked', async ({
  app,
  page,
}) => {
  const person = await registerPerson(app, 'with-keys');
  await startSession(page, app, person);
  await page.goto(`${app.url}/account`);
  const submit = page.getByRole('button', { name: 'Create a key' });
  await submit.click();
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused();
  await expect(page.getByLabel('Name', { exact: true })).toHaveAccessibleDescription(/Please name the key\./);
  await page.getByLabel('Name', { exact: true }).fill('Greenhouse camera');
  await page.getByRole('checkbox', { name: 'identify plants' }).uncheck();
  await submit.click();
  await expect(page.getByText('Please choose what the key may do.')).toBeVisible();
  await page.getByRole('checkbox', { name: 'identify plants' }).check();

  const key = await createKey(page, 'Greenhouse camera');
  expect(key).toMatch(KEY);
  const listed = page.getByRole('list', { name: 'Your API keys' }).getByRole('listitem');
  await expect(listed).toHaveCount(1);
  await expect(listed).toContainText(`Greenhouse camera ${key.slice(0, 8)}…`);
  await expect(listed).toContainText('May identify plants.');
  await expect(listed).toContainText('never used');
  await expectAccessible(page);
  await takeScreenshots(page, 'account-key-created');

  expect(await identifyWith(app, key)).toMatchObject({ status: 200, body: { success: true } });
  expect(await withKey(app, key, HISTORY)).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });

  await page.reload();
  await expect(page.getByText(key)).toHaveCount(0);
  await expect(page.getByLabel('Key “Greenhouse camera”')).toHaveCount(0);
  await expect(listed).toContainText('last used');

  await page.getByRole('button', { name: 'Revoke… Greenhouse camera' }).click();
  const dialog = page.getByRole('dialog', { name: 'Revoke “Greenhouse camera”' });
  await expect(dialog.getByText(`Scripts with the key ${key.slice(0, 8)}… stop working at once.`)).toBeVisible();
  await expectAccessible(page);
  await takeScreenshots(page, 'account-key-revoke');
  await dialog.getByRole('button', { name: 'Revoke key' }).click();
  await expect(dialog).toBeHidden();
  await expect(listed).toHaveCount(0);
  expect(await identifyWith(app, key)).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
});

test('the form for a key says at once that the device is offline, and creates no key later', async ({ app, page }) => {
  await startSession(page, app, await registerPerson(app, 'offline'));
  await page.goto(`${app.url}/account`);
  const name = page.getByLabel('Name', { exact: true });
  await name.fill('Sent offline');
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Create a key' }).click();
  await expect(page.getByText('You are offline. Nothing is lost')).toBeVisible();
  await page.context().setOffline(false);
  await expect(name).toHaveValue('Sent offline');

  await createKey(page, 'Sent online');
  await expect(page.getByRole('list', { name: 'Your API keys' }).getByRole('listitem')).toHaveCount(1);
});

test('an API key with several scopes and an expiry reads the history of its account, and its calls count there', async ({
  app,
  page,
}) => {
  const person = await registerPerson(app, 'with-scopes');
  await startSession(page, app, person);
  await page.goto(`${app.url}/account`);
  await page.getByLabel('Expires').selectOption('In 30 days');
  const key = await createKey(page, 'Weekly report', ['read your herbarium']);
  const listed = page.getByRole('list', { name: 'Your API keys' }).getByRole('listitem');
  await expect(listed).toContainText('May identify plants and read your herbarium.');
  await expect(listed).toContainText(', expires ');

  const identified = await identifyWith(app, key);
  expect(await withKey(app, key, HISTORY)).toMatchObject({ body: { items: [{ id: identified.body['id'] }] } });
  const token = await tokenOf(app, person);
  expect(await withKey(app, token, '/api/v1/auth/me')).toMatchObject({ body: { usage: { remaining: 99 } } });
});

test('an API key reaches no page, and neither account nor keys', async ({ app, page }) => {
  const person = await registerPerson(app, 'with-a-limit');
  await startSession(page, app, person);
  await page.goto(`${app.url}/account`);
  const key = await createKey(page, 'All scopes', ['read your herbarium', 'change and delete']);
  for (const path of ['/api/v1/auth/me', '/api/v1/auth/keys', '/api/trpc/v1.apiKeys.list']) {
    expect((await withKey(app, key, path)).status, path).toBe(403);
  }
  for (const path of ['/account', '/history', '/admin']) {
    const headers = { Authorization: `Bearer ${key}` };
    const answer = await fetch(app.url + path, { headers, redirect: 'manual' });
    expect([302, 303, 307, 404], path).toContain(answer.status);
  }
});

test('an API key outlives a sign-out everywhere, and is gone with its account', async ({ app, page }) => {
  const person = await registerPerson(app, 'with-an-end');
  const token = await tokenOf(app, person);
  const created = await fetch(`${app.url}/api/v1/auth/keys`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'Created by an app', scopes: ['read'] }),
  });
  const { key } = (await created.json()) as { key: string };
  expect(created.status).toBe(201);
  expect(key).toMatch(KEY);

  await startSession(page, app, person);
  await page.goto(`${app.url}/account`);
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(page.getByText('You are signed out everywhere')).toBeVisible();
  expect(await withKey(app, key, HISTORY)).toMatchObject({ status: 200, body: { items: [] } });

  await startSession(page, app, person);
  await page.goto(`${app.url}/account`);
  await page.getByRole('button', { name: 'Delete account…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete your account' });
  await dialog.getByLabel('Your password', { exact: true }).fill(person.password);
  await dialog.getByRole('button', { name: 'Delete account' }).click();
  await expect(page).toHaveURL(/\/login/);
  expect(await withKey(app, key, HISTORY)).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
});
