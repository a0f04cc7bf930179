import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { leastCpuTimeOf } from '@plantcommunity/telemetry/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Auth } from './auth.ts';
import { authUnderTest } from './testing/auth-under-test.ts';
import { Browser } from './testing/browser.ts';

const secrets = ['a secret of at least 32 bytes.....'];
const password = 'correct horse';

let database: Database;
let auth: Auth;

beforeAll(async () => {
  database = await openTestDatabase();
  auth = authUnderTest({ database, secrets });
});
afterAll(() => database.close());
beforeEach(() => database.client.user.deleteMany());

const headersWith = (cookie: string, headers: Record<string, string> = {}) => new Headers({ cookie, ...headers });

async function signedIn(email = 'ann@example.org'): Promise<{ id: string; browser: Browser }> {
  const { id } = await auth.users.create({ email, password, name: 'Ann', tier: 'pro' });
  const browser = new Browser(auth);
  await browser.signIn({ email, password });
  return { id, browser };
}

async function withoutUserTable(work: () => Promise<void>): Promise<void> {
  await database.client.$executeRaw`ALTER TABLE "User" RENAME TO "Hidden"`;
  try {
    await work();
  } finally {
    await database.client.$executeRaw`ALTER TABLE "Hidden" RENAME TO "User"`;
  }
}

describe('signing in', () => {
  it('starts a session that authenticates the user', async () => {
    const { browser, id } = await signedIn();
    expect(await auth.principalOf(headersWith(browser.cookieHeader))).toEqual({
      userId: id,
      email: 'ann@example.org',
      name: 'Ann',
      role: 'user',
      tier: 'pro',
    });
  });

  it('accepts the email address in any case, with surrounding spaces', async () => {
    await auth.users.create({ email: 'Bob@Example.org', password });
    const browser = new Browser(auth);
    await browser.signIn({ email: ' bob@EXAMPLE.org ', password });
    expect(await auth.principalOf(headersWith(browser.cookieHeader))).toMatchObject({ email: 'bob@example.org' });
  });

  it.each([
    ['a wrong password', { email: 'ann@example.org', password: 'wrong horse' }],
    ['an unknown account', { email: 'unknown@example.org', password }],
    ['an invalid address', { email: 'ann', password }],
    ['values that are not text', { email: { $ne: '' }, password: [password] }],
    ['nothing', {}],
  ])('is refused with %s by the same answer', async (_what, credentials) => {
    await auth.users.create({ email: 'ann@example.org', password });
    const browser = new Browser(auth);
    const response = await browser.signIn(credentials);
    expect(response.status).toBe(401);
    expect(response.url).toMatch(/\/error\?error=CredentialsSignin/);
    expect(await auth.principalOf(headersWith(browser.cookieHeader))).toBeUndefined();
  });

  it('is refused for a disabled user', async () => {
    const { id } = await auth.users.create({ email: 'ann@example.org', password });
    await database.client.user.update({ where: { id }, data: { disabledAt: new Date() } });
    const response = await new Browser(auth).signIn({ email: 'ann@example.org', password });
    expect(response.status).toBe(401);
    expect(response.url).toMatch(/\/error\?error=CredentialsSignin/);
  });

  it('is refused without a valid CSRF token', async () => {
    await auth.users.create({ email: 'ann@example.org', password });
    const browser = new Browser(auth);
    await browser.signIn({ email: 'ann@example.org', password, csrfToken: 'forged' });
    expect(await auth.principalOf(headersWith(browser.cookieHeader))).toBeUndefined();
  });

  it('takes equally much work for an account that does not exist, has no password or is disabled', async () => {
    const right = { email: 'ann@example.org', password: 'wrong horse' };
    const kinds = {
      known: right,
      unknown: { ...right, email: 'unknown@example.org' },
      'of another service': { ...right, email: 'oauth@example.org' },
      // With the right password.
      disabled: { email: 'disabled@example.org', password },
    };
    await auth.users.create({ email: 'ann@example.org', password });
    for (const [email, data] of [
      ['oauth@example.org', { passwordHash: null }],
      ['disabled@example.org', { disabledAt: new Date() }],
    ] as const) {
      const { id } = await auth.users.create({ email, password });
      await database.client.user.update({ where: { id }, data });
    }
    const answers = new Set<string>();
    const browser = new Browser(auth);
    await browser.signIn(right);
    const times: Record<string, number> = {};
    for (const [kind, credentials] of Object.entries(kinds)) {
      times[kind] = await leastCpuTimeOf(async () => answers.add(JSON.stringify(await browser.signIn(credentials))));
    }
    expect(answers.size).toBe(1);
    // Checking a password is most of the work: an answer without the check would take a small part of it.
    const different = Object.entries(times)
      .map(([kind, time]) => ({ kind, ratio: time / (times['known'] ?? 0) }))
      .filter(({ ratio }) => !(ratio > 0.5 && ratio < 2));
    expect(different).toEqual([]);
  });

  it('fails as unavailable, without details, when the database fails', async () => {
    await withoutUserTable(async () => {
      const response = await new Browser(auth).signIn({ email: 'ann@example.org', password });
      expect(response).toMatchObject({ status: 401, url: 'http://localhost:3000/api/auth/error?error=Unavailable' });
    });
  });

  it.each([
    ['/history?page=2', 'http://localhost:3000/history?page=2'],
    ['http://localhost:3000/identify', 'http://localhost:3000/identify'],
    ['https://evil.example/', 'http://localhost:3000/'],
    ['//evil.example', 'http://localhost:3000/'],
    ['/\\evil.example', 'http://localhost:3000/'],
    ['http://localhost:3000.evil.example/', 'http://localhost:3000/'],
    ['http://localhost:3000@evil.example/', 'http://localhost:3000/'],
  ])('with callbackUrl %s redirects to %s', async (callbackUrl, target) => {
    await auth.users.create({ email: 'ann@example.org', password });
    const response = await new Browser(auth).signIn({
      email: 'ann@example.org',
      password,
      callbackUrl,
    });
    expect(response).toMatchObject({ status: 200, url: target });
  });
});

describe('a session', () => {
  it('has the user as they are in the database now', async () => {
    const { browser, id } = await signedIn();
    await database.client.user.update({ where: { id }, data: { role: 'admin', tier: 'premium', name: null } });
    expect(await auth.principalOf(headersWith(browser.cookieHeader))).toEqual({
      userId: id,
      email: 'ann@example.org',
      role: 'admin',
      tier: 'premium',
    });
  });

  it('queries the database once per request', async () => {
    const { browser, id } = await signedIn();
    const headers = headersWith(browser.cookieHeader);
    const first = await auth.principalOf(headers);
    await database.client.user.update({ where: { id }, data: { role: 'admin' } });
    expect(await auth.principalOf(headers)).toBe(first);
  });

  it.each([
    ['the user is disabled', { disabledAt: new Date() }],
    ['all sessions are ended', { sessionEpoch: { increment: 1 } }],
  ])('ends when %s, also for next-auth', async (_what, data) => {
    const { browser, id } = await signedIn();
    await database.client.user.update({ where: { id }, data });
    expect(await auth.principalOf(headersWith(browser.cookieHeader))).toBeUndefined();
    expect(await browser.session()).toEqual({});
    expect(browser.cookieHeader).not.toContain('plantcommunity.session');
  });

  it('ends when the user is deleted', async () => {
    const { browser, id } = await signedIn();
    await database.client.user.delete({ where: { id } });
    expect(await auth.principalOf(headersWith(browser.cookieHeader))).toBeUndefined();
  });

  it('stays the same session when next-auth renews its cookie', async () => {
    const { browser, id } = await signedIn();
    const before = browser.cookieHeader;
    await browser.session();
    expect(browser.cookieHeader).not.toBe(before);
    expect(await auth.principalOf(headersWith(browser.cookieHeader))).toMatchObject({ userId: id });
    await database.client.user.update({ where: { id }, data: { sessionEpoch: { increment: 1 } } });
    expect(await auth.principalOf(headersWith(browser.cookieHeader))).toBeUndefined();
  });

  it('shows a page only name and email address', async () => {
    const { browser } = await signedIn();
    const session = await browser.session();
    expect(session).toHaveProperty('user', { name: 'Ann', email: 'ann@example.org' });
    expect(Object.keys(session)).toEqual(['user', 'expires']);
  });

  it('survives a failing database, and shows no user meanwhile', async () => {
    const { browser, id } = await signedIn();
    const headers = headersWith(browser.cookieHeader);
    await withoutUserTable(async () => {
      await expect(auth.principalOf(headers)).rejects.toThrow(/User/);
      expect(await browser.session()).toHaveProperty('user', {});
    });
    expect(await auth.principalOf(headers)).toMatchObject({ userId: id });
    expect(await auth.principalOf(headersWith(browser.cookieHeader))).toMatchObject({ userId: id });
  });

  it('is new at every sign-in and ends with signing out', async () => {
    const { browser } = await signedIn();
    const before = browser.cookieHeader;
    await browser.signIn({ email: 'ann@example.org', password });
    expect(browser.cookieHeader).not.toBe(before);
    await browser.signOut();
    expect(browser.cookieHeader).not.toContain('plantcommunity.session');
    expect(await auth.principalOf(headersWith(browser.cookieHeader))).toBeUndefined();
  });

  it.each(['Bearer abc', 'bearer abc', 'Bearer', 'BEARER\tabc'])(
    'is ignored beside Authorization: %s',
    async (value) => {
      const { browser } = await signedIn();
      expect(await auth.principalOf(headersWith(browser.cookieHeader, { authorization: value }))).toBeUndefined();
    },
  );

  it('is read from a cookie that next-auth has split', async () => {
    const { browser, id } = await signedIn();
    const [, token = ''] = /plantcommunity\.session=([^;]+)/.exec(browser.cookieHeader) ?? [];
    const cookie = `plantcommunity.session.1=${token.slice(40)}; plantcommunity.session.0=${token.slice(0, 40)}`;
    expect(await auth.principalOf(headersWith(cookie))).toMatchObject({ userId: id });
  });

  it('survives the rotation of the secret, and ends when the old secret is removed', async () => {
    const { browser, id } = await signedIn();
    const fresh = 'a fresh secret of 32 bytes or more';
    const during = authUnderTest({ database, secrets: [fresh, ...secrets] });
    const after = authUnderTest({ database, secrets: [fresh] });
    expect(await during.principalOf(headersWith(browser.cookieHeader))).toMatchObject({ userId: id });
    expect(await after.principalOf(headersWith(browser.cookieHeader))).toBeUndefined();
  });

  it('has a cookie that is bound to host and https when the app uses https', async () => {
    await auth.users.create({ email: 'ann@example.org', password });
    const secure = authUnderTest({ database, appUrl: new URL('https://plants.example') });
    const browser = new Browser(secure, 'https://plants.example');
    await browser.signIn({ email: 'ann@example.org', password });
    expect(secure.sessionCookie).toBe('__Host-plantcommunity.session');
    const cookie = browser.setCookies.find((line) => line.startsWith(`${secure.sessionCookie}=`));
    expect(cookie).toMatch(/; Path=\/;.*HttpOnly; Secure; SameSite=Lax$/);
    expect(cookie).not.toMatch(/Domain/i);
    expect(await secure.principalOf(headersWith(browser.cookieHeader))).toMatchObject({ email: 'ann@example.org' });
  });
});
