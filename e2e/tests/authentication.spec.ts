import { expect } from '../fixtures/development.ts';
import { docsCommands, patternOf, runCommands } from '../fixtures/docs-commands.ts';
import { formWith, plantPhoto } from '../fixtures/photos.ts';
import { SECRET, startProduction, test } from '../fixtures/production.ts';
import { changeUser } from '../fixtures/user-changes.ts';

test.describe.configure({ mode: 'serial' });

const commands = docsCommands('authentication.md').filter(({ language }) => language === 'sh');

/** Tokens of an app; absent in an error. */
interface Tokens {
  access_token?: string;
  refresh_token?: string;
}

async function post(url: string, body: object): Promise<{ status: number; headers: Headers; body?: Tokens }> {
  const answer = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
  });
  const text = await answer.text();
  const { headers, status } = answer;
  return { status, headers, ...(text !== '' && { body: JSON.parse(text) as Tokens }) };
}

const bearer = (tokens: Tokens | undefined) => ({ headers: { Authorization: `Bearer ${tokens?.access_token}` } });

async function signedIn(url: string, email: string, password = 'correct horse battery'): Promise<Tokens> {
  return (await post(`${url}/api/v1/auth/token`, { email, password })).body ?? {};
}

async function registered(url: string, email: string): Promise<Tokens> {
  await post(`${url}/api/v1/auth/register`, { email, password: 'correct horse battery' });
  return signedIn(url, email);
}

/** Returns the types of all values in a JSON value. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]));
}

test('every command of the page does what the page says', async ({ app }) => {
  expect(commands).toHaveLength(13);
  const printed = await runCommands(commands, app.url, { 'plant.jpg': (await plantPhoto(61)).buffer });

  for (const [index, { answer, text }] of commands.entries()) {
    const output = printed[index] ?? '';
    if (answer?.language === 'json') {
      expect(shapeOf(JSON.parse(output)), text).toEqual(shapeOf(JSON.parse(answer.text)));
    } else if (answer === undefined) {
      expect(Buffer.from(output.trim(), 'base64url'), text).toHaveLength(32);
    } else expect(`${output.trim()}\n`).toMatch(patternOf(answer.text));
  }
});

test('a tier set by an admin applies from the next request on, and keeps the usage', async ({ app }) => {
  const tokens = await registered(app.url, 'tiers@example.org');
  const usage = async () => (await fetch(`${app.url}/api/v1/auth/me`, bearer(tokens))).json() as Promise<object>;
  await fetch(`${app.url}/api/v1/plant-identification/identify`, {
    method: 'POST',
    body: await formWith(plantPhoto(61)),
    ...bearer(tokens),
  });
  expect(await usage()).toMatchObject({ tier: 'free', usage: { limit: 100, remaining: 99 } });

  await changeUser(app, 'tiers@example.org', 'Asked for it by e-mail.', { type: 'setTier', tier: 'pro' });
  expect(await usage()).toMatchObject({ tier: 'pro', usage: { limit: 200, remaining: 199 } });
});

test('a disabled account gets no tokens; only the right password reveals that it is disabled', async ({ app }) => {
  const tokens = await signedIn(app.url, 'tiers@example.org');
  await changeUser(app, 'tiers@example.org', 'Asked for it by e-mail.', { type: 'disable' });
  expect((await fetch(`${app.url}/api/v1/auth/me`, bearer(tokens))).status).toBe(401);
  const credentials = { email: 'tiers@example.org', password: 'correct horse battery' };
  const known = await post(`${app.url}/api/v1/auth/token`, credentials);
  expect(known).toMatchObject({ status: 403, body: { code: 'account_disabled' } });
  const guessed = await post(`${app.url}/api/v1/auth/token`, { ...credentials, password: 'wrong horse' });
  expect(guessed).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
});

test('/api/auth serves the legacy paths and those of next-auth', async ({ app }) => {
  const base = `${app.url}/api/auth`;
  const ben = { email: 'ben@example.org', password: 'correct horse battery' };
  for (const slash of ['', '/']) {
    const made = await post(`${base}/register${slash}`, { ...ben, email: `ben${slash.length}@example.org` });
    expect(made.status).toBe(201);
    expect(made.headers.get('deprecation')).toBe('@1767225600');
    const { body, headers, status } = await post(`${base}/token${slash}`, {
      ...ben,
      email: 'ben0@example.org',
    });
    expect(status).toBe(200);
    expect(headers.get('link')).toContain('</api/v1/auth/token>; rel="successor-version"');
    const me = await fetch(`${base}/me${slash}`, bearer(body));
    expect(await me.json()).toMatchObject({ email: 'ben0@example.org' });
    const next = await post(`${base}/token/refresh${slash}`, { refresh_token: body?.refresh_token });
    const revoked = await post(`${base}/token/revoke${slash}`, { refresh_token: next.body?.refresh_token });
    expect(next.status).toBe(200);
    expect({ status: revoked.status, body: revoked.body }).toEqual({ status: 204, body: undefined });
  }
  const wrong = await post(`${base}/token`, { ...ben, email: 'ben0@example.org', password: 'wrong' });
  expect({ status: wrong.status, body: wrong.body }).toEqual({
    status: 401,
    body: { detail: 'The email address or the password is wrong.' },
  });

  const csrf = await fetch(`${base}/csrf`);
  expect(await csrf.json()).toHaveProperty('csrfToken');
  expect(csrf.headers.has('deprecation')).toBe(false);
  expect(await (await fetch(`${base}/session/`)).json()).toEqual({});
  expect(await (await fetch(`${base}/providers`)).json()).toHaveProperty('credentials');
  const allowed = async (path: string) => (await fetch(`${base}/${path}`, { method: 'PUT' })).headers.get('allow');
  expect(await allowed('token')).toBe('POST, OPTIONS');
  expect(await allowed('session')).toBe('GET, HEAD, POST');
});

test('Anna’s identification is not found for Berta, who knows its id', async ({ app }) => {
  const [anna, berta] = await Promise.all([
    registered(app.url, 'anna@example.org'),
    registered(app.url, 'berta@example.org'),
  ]);
  const identifications = `${app.url}/api/v1/plant-identification/identifications`;
  const { id } = (await (
    await fetch(`${app.url}/api/v1/plant-identification/identify`, {
      method: 'POST',
      body: await formWith(plantPhoto(62)),
      ...bearer(anna),
    })
  ).json()) as { id: string };
  const input = encodeURIComponent(JSON.stringify({ id }));
  const paths = [
    `${identifications}/${id}`,
    `${identifications}/${id}/photos/1`,
    `${identifications}/${id}/`.replace('/v1/', '/'),
    `${identifications}/${id}/photos/1`.replace('/v1/', '/'),
    `${app.url}/api/trpc/v1.plantIdentification.identification?input=${input}`,
    `${app.url}/api/trpc/legacy.plantIdentification.identification?input=${input}`,
  ];
  for (const path of paths) {
    const [hers, others] = await Promise.all([anna, berta].map((tokens) => fetch(path, bearer(tokens))));
    expect({ anna: hers?.status, berta: others?.status }, path).toEqual({ anna: 200, berta: 404 });
  }
  expect(await (await fetch(identifications, bearer(berta))).json()).toEqual({ items: [] });
});

test('rotating a secret keeps sessions; removing the old secret ends its sessions', async ({
  app,
  services,
  simulator,
}) => {
  const held = await registered(app.url, 'carla@example.org');
  const statusAt = async (url: string, tokens: Tokens | undefined) =>
    (await fetch(`${url}/api/v1/auth/me`, bearer(tokens))).status;
  const next = 'after-the-rotation-0123456789-abcdef';
  // Tokens belong to an origin, not to an instance.
  const startInstance = (AUTH_SECRETS: string) =>
    startProduction({ services, simulator }, { APP_URL: app.url, AUTH_SECRETS });
  const [both, after] = await Promise.all([startInstance(`${next},${SECRET}`), startInstance(next)]);
  try {
    expect(await statusAt(both.url, held)).toBe(200);
    const renewed = await post(`${both.url}/api/v1/auth/token/refresh`, { refresh_token: held.refresh_token });
    expect(renewed.status).toBe(200);

    expect(await statusAt(after.url, renewed.body)).toBe(200);
    expect(await statusAt(after.url, held)).toBe(401);
    const again = await post(`${after.url}/api/v1/auth/token/refresh`, { refresh_token: renewed.body?.refresh_token });
    expect(again.status).toBe(200);
    const old = await post(`${after.url}/api/v1/auth/token/refresh`, { refresh_token: held.refresh_token });
    expect(old.status).toBe(401);
  } finally {
    await Promise.all([both.stop(), after.stop()]);
  }
});
