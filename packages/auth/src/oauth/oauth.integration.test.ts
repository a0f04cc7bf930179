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
/** The subject is longer than any run of digits in the log: an id of a user or a process cannot hold it. */
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
  server.forging = false;
  server.failing.clear();
  server.scripted.clear();
});

const newBrowser = (by = auth) => new Browser(by);
const whois = (browser: Browser, by = auth) => by.principalOf(new Headers({ cookie: browser.cookieHeader }));
const users = () => database.client.user.findMany({ include: { linkedAccounts: true } });

/** The whole way over the other service and back. @returns the page it ends at */
async function signIn(provider: Provider, browser = newBrowser()): Promise<string> {
  return browser.follow(await browser.startOAuth(provider));
}

/** Up to where the other service leads back. */
async function untilCallback(provider: Provider, browser = newBrowser()): Promise<string> {
  return browser.follow(await browser.startOAuth(provider), CALLBACK);
}

const errorOf = (page: string): string | null => {
  const { origin, pathname, searchParams } = new URL(page);
  expect(`${origin}${pathname}`).toBe(`${ORIGIN}/login`);
  return searchParams.get('error');
};

describe('without keys', () => {
  it('no other service is offered', async () => {
    const alone = authUnderTest({ database });
    expect(alone.oauthProviders).toEqual([]);
    expect(alone.nextAuthOptions.providers.map(({ id }) => id)).toEqual(['credentials']);
  });

  it('only the one with keys is', () => {
    const { github, google } = server.oauth;
    expect(authUnderTest({ database, oauth: { github } }).oauthProviders).toEqual(['github']);
    expect(authUnderTest({ database, oauth: { github: undefined, google } }).oauthProviders).toEqual(['google']);
    expect(auth.oauthProviders).toEqual(['github', 'google']);
  });
});

describe.each(PROVIDERS)('signing in with %s', (provider) => {
  it('makes an account without a password, and leads to where one wanted', async () => {
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

  it('leads back to the same account, whatever has become of name and address', async () => {
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

  it('makes no account for an address that is not verified, or none', async () => {
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

  it('leads a disabled user nowhere', async () => {
    await signIn(provider);
    await database.client.user.updateMany({ data: { disabledAt: new Date() } });
    const browser = newBrowser();
    expect(errorOf(await signIn(provider, browser))).toBe('AccessDenied');
    expect(await whois(browser)).toBeUndefined();
  });

  it('makes one account when somebody comes in twice at once', async () => {
    const browsers = [newBrowser(), newBrowser(), newBrowser()];
    const callbacks: string[] = [];
    for (const browser of browsers) callbacks.push(await untilCallback(provider, browser));
    const pages = await Promise.all(browsers.map((browser, n) => browser.follow(callbacks[n] ?? '')));
    expect(pages).toEqual([`${ORIGIN}/`, `${ORIGIN}/`, `${ORIGIN}/`]);
    const [user] = await users();
    for (const browser of browsers) expect(await whois(browser)).toMatchObject({ userId: user?.id });
    expect(await users()).toHaveLength(1);
  });

  it('is over when the account is removed; after that it makes a new one', async () => {
    const browser = newBrowser();
    await signIn(provider, browser);
    const [before] = await users();
    await auth.accounts.remove(before?.id ?? '', {});
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

  it('gives nobody a session for a password', async () => {
    await signIn(provider);
    for (const guess of ['', password, 'null', '4711000000001']) {
      const browser = newBrowser();
      expect(await browser.signIn({ email: 'ann@example.org', password: guess })).toMatchObject({ status: 401 });
      expect(await whois(browser)).toBeUndefined();
    }
  });

  it('works at the next try when the secret was replaced on the way', async () => {
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

describe.each(PROVIDERS)('the way over %s', (provider) => {
  it("cannot be ended in another browser: nobody is signed in to somebody else's account", async () => {
    const callback = await untilCallback(provider);
    const victim = newBrowser();
    expect(errorOf(await victim.follow(callback))).toBe('OAuthCallback');
    expect(await whois(victim)).toBeUndefined();

    // Nor by one that is on a way of its own.
    await victim.startOAuth(provider);
    expect(errorOf(await victim.follow(callback))).toBe('OAuthCallback');
    expect(await whois(victim)).toBeUndefined();
    expect(await users()).toEqual([]);
  });

  it('gives nothing to the thief of a code, who has the state of a way of their own', async () => {
    const stolen = new URL(await untilCallback(provider)).searchParams.get('code') ?? '';
    const thief = newBrowser();
    const own = new URL(await untilCallback(provider, thief));
    own.searchParams.set('code', stolen);
    expect(errorOf(await thief.follow(own.href))).toBe('OAuthCallback');
    expect(await whois(thief)).toBeUndefined();
    expect(log.join('')).toContain('invalid_grant');
  });

  it('is gone once', async () => {
    const browser = newBrowser();
    const callback = await untilCallback(provider, browser);
    await browser.follow(callback);
    expect(errorOf(await browser.follow(callback))).toBe('OAuthCallback');
  });

  it('starts from a form of ours only', async () => {
    const page = await newBrowser().startOAuth(provider, { csrfToken: 'forged' });
    expect(new URL(page).origin).toBe(ORIGIN);
  });

  it('leads to the login page when somebody refuses, or the service is down', async () => {
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

  it('tells no secret, no code, no address and no name in the log', async () => {
    await signIn(provider);
    await signIn(provider);
    server.person = { ...ann, subject: '4711000000002' };
    await signIn(provider);
    server.person = { ...ann, verified: false, subject: '4711000000003' };
    await signIn(provider);
    await newBrowser().follow(await untilCallback(provider));
    const lines = log.join('');
    const registered = { msg: '[AUTH] Registered', provider };
    const words = log.map((line): unknown => JSON.parse(line));
    expect(words).toContainEqual(expect.objectContaining(registered));
    for (const reason of ['OAuthAccountNotLinked', 'EmailNotVerified']) {
      expect(words).toContainEqual(expect.objectContaining({ msg: '[AUTH] Sign-in refused', reason, provider }));
    }
    for (const secret of [...server.secrets, server.oauth[provider]?.secret ?? '']) expect(lines).not.toContain(secret);
    expect(lines).not.toMatch(/example\.org|"Ann"|47110{8}/i);
  });
});

describe('cookies on the way', () => {
  it('are bound to host and https, for a quarter of an hour', async () => {
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
    // They are gone with the way.
    expect(browser.cookieHeader).not.toMatch(/state|pkce|nonce/);
    expect(await whois(browser, secure)).toMatchObject({ email: 'ann@example.org' });
  });
});

describe('an id token', () => {
  it.each([
    ['of another audience', { aud: 'another-client' }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['for another sign-in', { nonce: 'another' }],
    ['without a nonce', { nonce: undefined }],
    ['that is over', { exp: 1_000 }],
    ['without a subject', { sub: undefined }],
  ])('%s is refused', async (_what, tampering) => {
    server.tampering = tampering;
    const browser = newBrowser();
    expect(errorOf(await signIn('google', browser))).toBe('OAuthCallback');
    expect(await whois(browser)).toBeUndefined();
  });

  it('that the service has not signed is refused', async () => {
    server.forging = true;
    expect(errorOf(await signIn('google'))).toBe('OAuthCallback');
  });

  it.each([true, 'true'])('that says %j of the address says that it is verified', async (value) => {
    server.tampering = { email_verified: value };
    const browser = newBrowser();
    expect(await signIn('google', browser)).toBe(`${ORIGIN}/`);
    expect(await whois(browser)).toMatchObject({ email: 'ann@example.org' });
  });

  it.each([false, 'false', 1, '1', 'yes', 'TRUE', ' true', '', ['true'], { true: true }, undefined, null])(
    'that says %j of the address does not say that it is verified',
    async (value) => {
      server.tampering = { email_verified: value };
      expect(errorOf(await signIn('google'))).toBe('EmailNotVerified');
      expect(await users()).toEqual([]);
    },
  );

  it.each([undefined, null, ''])('without an address (%j) opens an account that is there', async (email) => {
    await signIn('google');
    const [before] = await users();
    server.tampering = { email, email_verified: undefined, name: null };
    const browser = newBrowser();
    expect(await signIn('google', browser)).toBe(`${ORIGIN}/`);
    expect(await whois(browser)).toMatchObject({ userId: before?.id, email: 'ann@example.org' });
  });
});

it('the subject of one service is nobody at another', async () => {
  await signIn('github');
  server.person = { ...ann, email: 'other@example.org' };
  const browser = newBrowser();
  await signIn('google', browser);
  expect(await whois(browser)).toMatchObject({ email: 'other@example.org' });
  expect(await users()).toHaveLength(2);
});

it('the address of one service is no way in for another', async () => {
  await signIn('github');
  expect(errorOf(await signIn('google'))).toBe('OAuthAccountNotLinked');
});

it('names that nobody may choose here are left out', async () => {
  server.person = { ...ann, name: 'Ann\u202e\nadmin' };
  await signIn('google');
  expect(await users()).toMatchObject([{ name: null }]);
});

it('is unavailable, and no more, when the database fails', async () => {
  const browser = newBrowser();
  const callback = await untilCallback('google', browser);
  await database.client.$executeRaw`ALTER TABLE "LinkedAccount" RENAME TO "Hidden"`;
  try {
    expect(errorOf(await browser.follow(callback))).toBe('Unavailable');
  } finally {
    await database.client.$executeRaw`ALTER TABLE "Hidden" RENAME TO "LinkedAccount"`;
  }
});
