import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { App } from '../fixtures/app.ts';
import { expect } from '../fixtures/development.ts';
import { startProduction } from '../fixtures/production.ts';
import { test as withServices } from '../fixtures/with-services.ts';

/** The product in production with its usual limits, and all clients behind one address. */
const test = withServices.extend<object, { app: App }>({
  app: [
    async ({ services, simulator }, use) => {
      const app = await startProduction({ services, simulator });
      await use(app);
      await app.stop();
    },
    { scope: 'worker', timeout: 180_000 },
  ],
});

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
const signIn = (app: App, n = 0) => post(`${app.url}/api/v1/auth/token`, pupil(n));
const refresh = (app: App, token: string | undefined, path = '/api/v1/auth/token/refresh') =>
  post(app.url + path, { refresh_token: token });

test('ten people register from one address; the eleventh gets a 429 with cause and remedy', async ({ app }) => {
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

test('31 concurrent sign-ins from one address can each be refreshed within the hour', async ({ app }) => {
  const signedIn = await Promise.all(Array.from({ length: 31 }, (_, n) => signIn(app, n % 10)));
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
    const { status } = await refresh(app, body.refresh_token, path);
    expect({ n, path, status }).toEqual({ n, path, status: 200 });
  }
});

test('an app that lost the answer to a refresh gets the same successor; a used one ends the sign-in', async ({
  app,
}) => {
  const { body: first } = await signIn(app);
  await loseAnswer(app, first.refresh_token);
  const again = await refresh(app, first.refresh_token);
  const onceMore = await refresh(app, first.refresh_token, '/api/auth/token/refresh/');
  expect(again.status).toBe(200);
  expect(onceMore.body.refresh_token).toBe(again.body.refresh_token);
  expect(again.body.refresh_token).not.toBe(first.refresh_token);

  const next = await refresh(app, again.body.refresh_token);
  expect(next.status).toBe(200);
  const thief = await refresh(app, first.refresh_token);
  expect({ status: thief.status, code: thief.body.code }).toEqual({ status: 401, code: 'invalid_token' });
  expect((await refresh(app, next.body.refresh_token)).status).toBe(401);
  const me = await fetch(`${app.url}/api/v1/auth/me`, {
    headers: { Authorization: `Bearer ${next.body.access_token}` },
  });
  expect(me.status).toBe(401);
});

test('an app that never keeps the successor is limited by its own sign-in alone', async ({ app }) => {
  const [stubborn, other] = [await signIn(app, 1), await signIn(app, 1)];
  const statuses: number[] = [];
  for (let n = 0; n < 31; n += 1) statuses.push((await refresh(app, stubborn.body.refresh_token)).status);
  expect(statuses).toEqual([...Array.from({ length: 30 }, () => 200), 429]);
  expect((await refresh(app, other.body.refresh_token)).status).toBe(200);
});

/** Refreshes over a connection that closes before the body of the answer is read. */
async function loseAnswer({ url }: App, token: string | undefined): Promise<void> {
  const headers = { 'Content-Type': 'application/json' };
  const request = httpRequest(`${url}/api/v1/auth/token/refresh`, { method: 'POST', headers });
  request.end(JSON.stringify({ refresh_token: token }));
  await once(request, 'response');
  request.destroy();
}
