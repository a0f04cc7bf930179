import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { expectAccessible } from '../fixtures/accessible.ts';
import type { App } from '../fixtures/app.ts';
import { expect } from '../fixtures/development.ts';
import { takeScreenshots } from '../fixtures/identify-page.ts';
import { startProduction } from '../fixtures/production.ts';
import { test } from '../fixtures/with-services.ts';

/** The product in production with its usual limits, and all clients behind one address. */
let app: App;
test.beforeAll(async ({ services, simulator }) => {
  app = await startProduction({ services, simulator }, services.emptyRedis());
});
test.afterAll(() => app.stop());

test.describe.configure({ mode: 'serial' });

interface Answer {
  status: number;
  retryAfter: string | null;
  body: { access_token?: string; refresh_token?: string; detail?: string; code?: string };
}

async function post(url: string, body: object): Promise<Answer> {
  const answer = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
  });
  const { result, ...own } = (await answer.json()) as Answer['body'] & { result?: { data: Answer['body'] } };
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body: result?.data ?? own };
}

const pupil = (n: number) => ({ email: `pupil${n}@school.example`, password: 'correct horse battery' });
const signIn = (n = 0) => post(`${app.url}/api/v1/auth/token`, pupil(n));
const refresh = (token: string | undefined, path = '/api/v1/auth/token/refresh') =>
  post(app.url + path, { refresh_token: token });

test('ten people register from one address; the eleventh gets a 429 with cause and remedy', async () => {
  const register = (person: object, path = '/api/v1/auth/register') => post(app.url + path, person);
  for (let n = 0; n < 10; n += 1) {
    expect((await register(pupil(n))).status).toBe(201);
    // A repeated registration does not count.
    if (n < 5) expect((await register(pupil(n))).status).toBe(409);
  }
  for (const path of ['/api/v1/auth/register', '/api/auth/register', '/api/auth/register/']) {
    const { body, retryAfter, status } = await register(pupil(10), path);
    expect(status).toBe(429);
    expect(Number(retryAfter)).toBeGreaterThan(0);
    expect(body.detail).toBe(
      `Request was throttled. Expected available in ${retryAfter} seconds. ` +
        'At most 10 accounts per hour may be created from one network address. ' +
        'Try again later, use another network, or ask the operator of this site to raise REGISTER_RATE.',
    );
  }
});

test('the registration page shows the time of the next registration that the rate limit allows', async ({ page }) => {
  await page.goto(`${app.url}/register`);
  await page.getByLabel('E-mail').fill(pupil(10).email);
  await page.getByLabel('Password', { exact: true }).fill('four green leaves');
  await page.getByRole('button', { name: 'Make an account' }).click();
  const error = page.locator('form').getByRole('alert');
  await expect(error).toHaveText(/Several accounts .* You can try again at (\d\d \w+, )?\d\d:\d\d\./);
  const again = page.getByRole('button', { name: /Try again in \d/ });
  await expect(again).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByLabel('E-mail')).toHaveValue(pupil(10).email);
  await expectAccessible(page);
  await takeScreenshots(page, 'register-throttled');
});

test('31 concurrent sign-ins from one address can each be refreshed within the hour', async () => {
  const signedIn = await Promise.all(Array.from({ length: 31 }, (_, n) => signIn(n % 10)));
  expect(signedIn.map(({ status }) => status)).toEqual(Array.from({ length: 31 }, () => 200));
  const paths = [
    '/api/v1/auth/token/refresh',
    '/api/auth/token/refresh',
    '/api/auth/token/refresh/',
    '/api/trpc/v1.auth.refresh',
    '/api/trpc/legacy.auth.refresh',
  ];
  for (const [n, { body }] of signedIn.entries()) {
    const path = paths[n % paths.length] ?? '';
    const { status } = await refresh(body.refresh_token, path);
    expect({ n, path, status }).toEqual({ n, path, status: 200 });
  }
});

test('an app that lost the answer to a refresh gets the same successor; a used one ends the sign-in', async () => {
  const { body: first } = await signIn();
  await loseAnswer(first.refresh_token);
  const again = await refresh(first.refresh_token);
  const onceMore = await refresh(first.refresh_token, '/api/auth/token/refresh/');
  expect(again.status).toBe(200);
  expect(onceMore.body.refresh_token).toBe(again.body.refresh_token);
  expect(again.body.refresh_token).not.toBe(first.refresh_token);

  const next = await refresh(again.body.refresh_token);
  expect(next.status).toBe(200);
  const thief = await refresh(first.refresh_token);
  expect({ status: thief.status, code: thief.body.code }).toEqual({ status: 401, code: 'invalid_token' });
  expect((await refresh(next.body.refresh_token)).status).toBe(401);
  const me = await fetch(`${app.url}/api/v1/auth/me`, {
    headers: { Authorization: `Bearer ${next.body.access_token}` },
  });
  expect(me.status).toBe(401);
});

test('an app that never keeps the successor is limited by its own sign-in alone', async () => {
  const [stubborn, other] = [await signIn(1), await signIn(1)];
  const statuses: number[] = [];
  for (let n = 0; n < 31; n += 1) statuses.push((await refresh(stubborn.body.refresh_token)).status);
  expect(statuses).toEqual([...Array.from({ length: 30 }, () => 200), 429]);
  expect((await refresh(other.body.refresh_token)).status).toBe(200);
});

/** Refreshes over a connection that closes before the body of the answer is read. */
async function loseAnswer(token: string | undefined): Promise<void> {
  const headers = { 'Content-Type': 'application/json' };
  const request = httpRequest(`${app.url}/api/v1/auth/token/refresh`, { method: 'POST', headers });
  request.end(JSON.stringify({ refresh_token: token }));
  await once(request, 'response');
  request.destroy();
}
