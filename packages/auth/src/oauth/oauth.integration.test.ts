import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Auth } from '../auth.ts';
import { authUnderTest } from '../testing/auth-under-test.ts';
import { Browser } from '../testing/browser.ts';
import { type OAuthPerson, type OAuthServer, startOAuthServer } from '../testing/oauth-server.ts';

const ORIGIN = 'http://localhost:3000';
const CALLBACK = /\/api\/auth\/callback\//;
const PROVIDERS = ['github', 'google'] as const;
type Provider = (typeof PROVIDERS)[number];

const password = 'correct horse';
/** The subject is longer than any number in the log, so that no id of a user or process contains it. */
const ann: OAuthPerson = { subject: '4711000000001', name: 'Ann', email: 'Ann@Example.org' };

let database: Database;
let server: OAuthServer;
let auth: Auth;
const log: string[] = [];
const logger = createLogger({ level: 'debug', destination: { write: (line) => log.push(line) } });

beforeAll(async () => {
  [database, server] = await Promise.all([openTestDatabase(), startOAuthServer()]);
  auth = authUnderTest({ database, logger, oauth: server.oauth });
});
afterAll(() => Promise.all([database.close(), server.close()]));
beforeEach(async () => {
  await database.client.user.deleteMany();
  log.length = 0;
  server.person = ann;
  server.tampering = {};
  server.isForging = false;
  server.failing.clear();
  server.scripted.clear();
});

const newBrowser = (by = auth) => new Browser(by);
const whois = (browser: Browser, by = auth) => by.principalOf(new Headers({ cookie: browser.cookieHeader }));
const users = () => database.client.user.findMany({ include: { linkedAccounts: true } });

/** Signs in with another service. @returns the page at which it ends */
async function signIn(provider: Provider, browser = newBrowser()): Promise<string> {
  return browser.follow(await browser.startOAuth(provider));
}

/** Starts a sign-in and stops before the callback. @returns the URL of the callback */
async function untilCallback(provider: Provider, browser = newBrowser()): Promise<string> {
  return browser.follow(await browser.startOAuth(provider), CALLBACK);
}

const errorOf = (page: string): string | null => {
  const { origin, pathname, searchParams } = new URL(page);
  expect(`${origin}${pathname}`).toBe(`${ORIGIN}/login`);
  return searchParams.get('error');
};

describe('without keys', () => {
  it('other services are not offered', async () => {
    const withoutServices = authUnderTest({ database });
    expect(withoutServices.oauthProviders).toEqual([]);
    expect(withoutServices.nextAuthOptions.providers.map(({ id }) => id)).toEqual(['credentials']);
  });

  it('only the services with keys are offered', () => {
    const { github, google } = server.oauth;
    expect(authUnderTest({ database, oauth: { github } }).oauthProviders).toEqual(['github']);
    expect(authUnderTest({ database, oauth: { github: undefined, google } }).oauthProviders).toEqual(['google']);
    expect(auth.oauthProviders).toEqual(['github', 'google']);
  });
});

describe.each(PROVIDERS)('signing in with %s', (provider) => {
  it('creates an account without a password, and returns to the requested page', async () => {
    const browser = newBrowser();
    const page = await browser.follow(await browser.startOAuth(provider, { callbackUrl: '/history?page=2' }));
    expect(page).toBe(`${ORIGIN}/history?page=2`);
    const [user] = await users();
    expect(user).toMatchObject({
      email: 'ann@example.org',
      name: 'Ann',
      passwordHash: null,
      role: 'user',
      tier: 'free',
      linkedAccounts: [
        { issuer: provider === 'github' ? `${server.origin}/login/oauth` : server.origin, subject: '4711000000001' },
      ],
    });
    const who = { userId: user?.id, email: 'ann@example.org', name: 'Ann', role: 'user', tier: 'free' };
    expect(await whois(browser)).toEqual(who);
    expect(await auth.accounts.hasPassword(user?.id ?? '')).toBe(false);
    expect(await auth.accounts.linkedServices(user?.id ?? '')).toEqual([provider]);
  });

  it('signs in to the same account when name or address at the service have changed', async () => {
    await signIn(provider);
    const [before] = await users();
    for (const changed of [
      { email: 'new@example.org', name: 'Anne' },
      { email: 'new@example.org', verified: false },
      { email: undefined },
    ]) {
      const { email, ...rest } = { ...ann, ...changed };
      server.person = { ...rest, ...(email !== undefined && { email }) };
      const browser = newBrowser();
      await signIn(provider, browser);
      expect(await whois(browser)).toMatchObject({ userId: before?.id, email: 'ann@example.org', name: 'Ann' });
    }
    expect(await users()).toHaveLength(1);
  });

  it('creates no account without a verified address', async () => {
    const withoutEmail = {
      person: { subject: '4711000000001' },
      error: provider === 'github' ? 'EmailNotVerified' : 'EmailNotShared',
    };
    for (const { error = 'EmailNotVerified', person } of [
      { person: { ...ann, verified: false } },
      { person: { ...ann, email: 'no address' } },
      withoutEmail,
    ]) {
      server.person = person;
      const browser = newBrowser();
      expect(errorOf(await signIn(provider, browser))).toBe(error);
      expect(await whois(browser)).toBeUndefined();
    }
    expect(await users()).toEqual([]);
  });

  it.each(['ann@example.org', 'ANN@example.ORG'])(
    'never takes over the account of a password: registered for %s',
    async (email) => {
      const { userId } = await auth.accounts.register({ email, password, name: 'Mallory' });
      const browser = newBrowser();
      expect(errorOf(await signIn(provider, browser))).toBe('OAuthAccountNotLinked');
      expect(await whois(browser)).toBeUndefined();
      expect(await users()).toMatchObject([{ id: userId, name: 'Mallory', linkedAccounts: [] }]);
    },
  );

  it('is refused for a disabled user', async () => {
    await signIn(provider);
    await database.client.user.updateMany({ data: { disabledAt: new Date() } });
    const browser = newBrowser();
    expect(errorOf(await signIn(provider, browser))).toBe('AccessDenied');
    expect(await whois(browser)).toBeUndefined();
  });

  it('creates one account in three concurrent sign-ins', async () => {
    const browsers = [newBrowser(), newBrowser(), newBrowser()];
    const callbacks: string[] = [];
    for (const browser of browsers) callbacks.push(await untilCallback(provider, browser));
    const pages = await Promise.all(browsers.map((browser, n) => browser.follow(callbacks[n] ?? '')));
    expect(pages).toEqual([`${ORIGIN}/`, `${ORIGIN}/`, `${ORIGIN}/`]);
    const [user] = await users();
    for (const browser of browsers) expect(await whois(browser)).toMatchObject({ userId: user?.id });
    expect(await users()).toHaveLength(1);
  });

  it('creates a new account after the account was deleted', async () => {
    const browser = newBrowser();
    await signIn(provider, browser);
    const [before] = await users();
    await auth.accounts.delete(before?.id ?? '', {});
    expect(await whois(browser)).toBeUndefined();
    await signIn(provider, browser);
    const [after] = await users();
    expect(after?.id).not.toBe(before?.id);
    expect(await whois(browser)).toMatchObject({ userId: after?.id });
  });

  it('ends with the other sessions of the user', async () => {
    const browser = newBrowser();
    await signIn(provider, browser);
    await auth.accounts.signOutEverywhere((await whois(browser))?.userId ?? '');
    expect(await browser.session()).toEqual({});
  });

  it('does not allow a sign-in by password', async () => {
    await signIn(provider);
    for (const guess of ['', password, 'null', '4711000000001']) {
      const browser = newBrowser();
      expect(await browser.signIn({ email: 'ann@example.org', password: guess })).toMatchObject({ status: 401 });
      expect(await whois(browser)).toBeUndefined();
    }
  });

  it('works at the next try when the secret was rotated during the sign-in', async () => {
    const [old, fresh] = ['old secret of at least 32 bytes..', 'new secret of at least 32 bytes..'] as const;
    const before = authUnderTest({ database, secrets: [old], oauth: server.oauth });
    const during = authUnderTest({ database, secrets: [fresh, old], oauth: server.oauth });
    const browser = newBrowser(before);
    const callback = await untilCallback(provider, browser);
    browser.useServer(during);
    expect(errorOf(await browser.follow(callback))).toBe('OAuthCallback');
    expect(await signIn(provider, browser)).toBe(`${ORIGIN}/`);
    expect(await whois(browser, during)).toMatchObject({ email: 'ann@example.org' });
  });
});

describe.each(PROVIDERS)('the OAuth flow of %s', (provider) => {
  it('cannot be completed in another browser (login CSRF)', async () => {
    const callback = await untilCallback(provider);
    const victim = newBrowser();
    expect(errorOf(await victim.follow(callback))).toBe('OAuthCallback');
    expect(await whois(victim)).toBeUndefined();

    // Nor by a browser with a flow of its own.
    await victim.startOAuth(provider);
    expect(errorOf(await victim.follow(callback))).toBe('OAuthCallback');
    expect(await whois(victim)).toBeUndefined();
    expect(await users()).toEqual([]);
  });

  it('rejects a stolen code in a flow with another state', async () => {
    const stolen = new URL(await untilCallback(provider)).searchParams.get('code') ?? '';
    const thief = newBrowser();
    const own = new URL(await untilCallback(provider, thief));
    own.searchParams.set('code', stolen);
    expect(errorOf(await thief.follow(own.href))).toBe('OAuthCallback');
    expect(await whois(thief)).toBeUndefined();
    expect(log.join('')).toContain('invalid_grant');
  });

  it('can be completed once', async () => {
    const browser = newBrowser();
    const callback = await untilCallback(provider, browser);
    await browser.follow(callback);
    expect(errorOf(await browser.follow(callback))).toBe('OAuthCallback');
  });

  it('starts only with a valid CSRF token', async () => {
    const page = await newBrowser().startOAuth(provider, { csrfToken: 'forged' });
    expect(new URL(page).origin).toBe(ORIGIN);
  });

  it('returns to the login page when the person refuses or the service is down', async () => {
    server.person = undefined;
    expect(errorOf(await signIn(provider))).toBe('Callback');
    server.person = ann;
    for (const path of provider === 'github' ? ['/login/oauth/access_token', '/api/v3/user'] : ['/token', '/jwks']) {
      server.failing.clear();
      server.failing.add(path);
      expect(errorOf(await signIn(provider))).toBe('OAuthCallback');
    }
    expect(await users()).toEqual([]);
  });

  it('logs no secret, code, address or name', async () => {
    await signIn(provider);
    await signIn(provider);
    server.person = { ...ann, subject: '4711000000002' };
    await signIn(provider);
    server.person = { ...ann, verified: false, subject: '4711000000003' };
    await signIn(provider);
    await newBrowser().follow(await untilCallback(provider));
    const lines = log.join('');
    const registered = { msg: '[AUTH] Registered', provider };
    const entries = log.map((line): unknown => JSON.parse(line));
    expect(entries).toContainEqual(expect.objectContaining(registered));
    for (const reason of ['OAuthAccountNotLinked', 'EmailNotVerified']) {
      expect(entries).toContainEqual(expect.objectContaining({ msg: '[AUTH] Sign-in refused', reason, provider }));
    }
    for (const secret of [...server.secrets, server.oauth[provider]?.secret ?? '']) expect(lines).not.toContain(secret);
    expect(lines).not.toMatch(/example\.org|"Ann"|47110{8}/i);
  });
});

describe('cookies of the OAuth flow', () => {
  it('are bound to host and https, and expire after 15 minutes', async () => {
    const secure = authUnderTest({ database, appUrl: new URL('https://plants.example'), oauth: server.oauth });
    const browser = new Browser(secure, 'https://plants.example');
    const page = await browser.follow(await browser.startOAuth('google'));
    expect(page).toBe('https://plants.example/');
    const started = Date.now();
    for (const name of ['state', 'pkce', 'nonce', 'session']) {
      const line = browser.setCookies.find((one) => one.startsWith(`__Host-plantcommunity.${name}=`)) ?? '';
      expect(line).toMatch(/; Path=\/;.*HttpOnly; Secure; SameSite=Lax$/);
      expect(line).not.toMatch(/Domain/i);
      if (name === 'session') continue;
      const [, expires = ''] = /Expires=([^;]+)/.exec(line) ?? [];
      expect(Date.parse(expires) - started).toBeLessThanOrEqual(900_000);
    }
    // They are removed at the end of the flow.
    expect(browser.cookieHeader).not.toMatch(/state|pkce|nonce/);
    expect(await whois(browser, secure)).toMatchObject({ email: 'ann@example.org' });
  });
});

describe('an id token', () => {
  it.each([
    ['with another audience', { aud: 'another-client' }],
    ['from another issuer', { iss: 'https://evil.example' }],
    ['for another sign-in', { nonce: 'another' }],
    ['without a nonce', { nonce: undefined }],
    ['that has expired', { exp: 1_000 }],
    ['without a subject', { sub: undefined }],
  ])('%s is refused', async (_what, tampering) => {
    server.tampering = tampering;
    const browser = newBrowser();
    expect(errorOf(await signIn('google', browser))).toBe('OAuthCallback');
    expect(await whois(browser)).toBeUndefined();
  });

  it('with an unknown signature is refused', async () => {
    server.isForging = true;
    expect(errorOf(await signIn('google'))).toBe('OAuthCallback');
  });

  it.each([true, 'true'])('with email_verified %j has a verified address', async (value) => {
    server.tampering = { email_verified: value };
    const browser = newBrowser();
    expect(await signIn('google', browser)).toBe(`${ORIGIN}/`);
    expect(await whois(browser)).toMatchObject({ email: 'ann@example.org' });
  });

  it.each([false, 'false', 1, '1', 'yes', 'TRUE', ' true', '', ['true'], { true: true }, undefined, null])(
    'with email_verified %j has no verified address',
    async (value) => {
      server.tampering = { email_verified: value };
      expect(errorOf(await signIn('google'))).toBe('EmailNotVerified');
      expect(await users()).toEqual([]);
    },
  );

  it.each([undefined, null, ''])('without an address (%j) signs in to an existing account', async (email) => {
    await signIn('google');
    const [before] = await users();
    server.tampering = { email, email_verified: undefined, name: null };
    const browser = newBrowser();
    expect(await signIn('google', browser)).toBe(`${ORIGIN}/`);
    expect(await whois(browser)).toMatchObject({ userId: before?.id, email: 'ann@example.org' });
  });
});

it('the same subject at two services belongs to two accounts', async () => {
  await signIn('github');
  server.person = { ...ann, email: 'other@example.org' };
  const browser = newBrowser();
  await signIn('google', browser);
  expect(await whois(browser)).toMatchObject({ email: 'other@example.org' });
  expect(await users()).toHaveLength(2);
});

it('the address of an account of one service does not admit a sign-in with another', async () => {
  await signIn('github');
  expect(errorOf(await signIn('google'))).toBe('OAuthAccountNotLinked');
});

it('a name that our rules forbid is left out', async () => {
  server.person = { ...ann, name: 'Ann\u202e\nadmin' };
  await signIn('google');
  expect(await users()).toMatchObject([{ name: null }]);
});

it('a sign-in with another service fails as unavailable, without details, when the database fails', async () => {
  const browser = newBrowser();
  const callback = await untilCallback('google', browser);
  await database.client.$executeRaw`ALTER TABLE "LinkedAccount" RENAME TO "Hidden"`;
  try {
    expect(errorOf(await browser.follow(callback))).toBe('Unavailable');
  } finally {
    await database.client.$executeRaw`ALTER TABLE "Hidden" RENAME TO "LinkedAccount"`;
  }
});
