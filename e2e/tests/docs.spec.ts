import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessible.ts';
import { expect, test } from '../fixtures/development.ts';
import { takeScreenshots } from '../fixtures/identify-page.ts';

/** Collects what a page must not do: violate its policy, fail in a script, or ask another origin. */
function watch(page: Page, origin: string): string[] {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    const { origin: asked, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && asked !== origin) faults.push(request.url());
  });
  return faults;
}

test('the guide shows its examples in one language at a time, for this server', async ({ app, page }) => {
  const faults = watch(page, app.url);
  await page.goto(`${app.url}/docs`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Name plants from your app');
  const languages = ['curl', 'JavaScript', 'Dart'];
  for (const chosen of languages) {
    await page.getByRole('radio', { name: chosen }).check();
    for (const language of languages) {
      const example = page.getByRole('region', { name: `Identify a plant in ${language}` });
      await expect(example).toBeVisible({ visible: language === chosen });
    }
  }
  await expect(page.getByText('http://localhost:3000')).toHaveCount(0);
  await page.getByRole('radio', { name: 'curl' }).check();
  await expectAccessible(page);
  await takeScreenshots(page, 'docs');
  expect(faults).toEqual([]);
});

test('the guide lists every error code of the contract', async ({ app, page }) => {
  const document = (await (await fetch(`${app.url}/api/v1/openapi.json`)).json()) as {
    components: { schemas: { ErrorCode: { enum: string[] } } };
  };
  await page.goto(`${app.url}/docs`);
  const table = page.getByRole('table').filter({ hasText: 'invalid_request' });
  const listed = await table.locator('tbody code').allTextContents();
  expect(listed.toSorted()).toEqual(document.components.schemas.ErrorCode.enum.toSorted());
});

test('the pages about the API fit a narrow screen', async ({ app, page }) => {
  await page.setViewportSize({ width: 320, height: 800 });
  for (const path of ['/docs', '/docs/migrate-to-v1', '/docs/reference', '/docs/reference/licences']) {
    await page.goto(app.url + path);
    await page.waitForLoadState('networkidle');
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect({ path, overflow }).toEqual({ path, overflow: 0 });
  }
});

test('the reference calls the API, and nothing leaves the origin', async ({ app, page }) => {
  const faults = watch(page, app.url);
  const answer = await page.goto(`${app.url}/docs`);
  const usual = answer?.headers()['content-security-policy'] ?? '';
  const policies = page.waitForResponse((response) => response.url() === `${app.url}/docs/reference`);
  await page.getByRole('navigation', { name: 'API' }).getByRole('link', { name: 'Reference' }).click();
  const policy = (await policies).headers()['content-security-policy'] ?? '';
  const withoutNonce = (text: string) => text.replace(/'nonce-[^']+'/, '');
  expect(withoutNonce(policy)).toBe(
    withoutNonce(usual).replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"),
  );

  await expect(page.getByRole('button', { name: /identify\/health/ }).first()).toBeVisible();
  await expectAccessible(page);
  await page
    .getByRole('button', { name: /identify\/health/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Execute' }).click();
  const live = page.locator('.live-responses-table');
  await expect(live.locator('.response-col_status').last()).toContainText('200');
  await expect(live).toContainText('"status": "healthy"');
  await takeScreenshots(page, 'docs-reference');
  expect(faults).toEqual([]);
});

test('links out of the reference load a page, with the policy of that page', async ({ app, page }) => {
  for (const [place, name, path] of [
    ['banner', 'Sign in', '/login'],
    ['contentinfo', 'API for your app', '/docs'],
    ['main', 'its licences', '/docs/reference/licences'],
  ] as const) {
    await page.goto(`${app.url}/docs/reference`);
    await expect(page.getByRole('button', { name: /identify\/health/ }).first()).toBeVisible();
    await page.getByRole(place).getByRole('link', { name }).click();
    await expect(page).toHaveURL(app.url + path);
    // A style sheet in the page, which the policy of the reference alone allows.
    const isStyleAllowed = await page.evaluate(() => {
      const style = document.createElement('style');
      style.textContent = 'body { color: red }';
      document.head.append(style);
      return style.sheet !== null;
    });
    expect({ path, isStyleAllowed }).toEqual({ path, isStyleAllowed: false });
  }
});

test('the reference passes on the licences of its viewer', async ({ app, page }) => {
  await page.goto(`${app.url}/docs/reference/licences`);
  for (const text of ['SmartBear Software', 'Apache License', 'DOMPurify']) {
    await expect(page.getByRole('main')).toContainText(text);
  }
  await expectAccessible(page);
  await takeScreenshots(page, 'docs-licences');
});
