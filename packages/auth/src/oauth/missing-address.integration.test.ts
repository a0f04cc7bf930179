import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Auth } from '../auth.ts';
import { authUnderTest } from '../testing/auth-under-test.ts';
import { Browser } from '../testing/browser.ts';
import { type OAuthServer, startOAuthServer } from '../testing/oauth-server.ts';

const ORIGIN = 'http://localhost:3000';
const EMAILS = '/api/v3/user/emails';
/** The subject is longer than any number in the log, so that no id of a user or process contains it. */
const ann = { subject: '4711000000001', name: 'Ann', email: 'ann@example.org' };

let database: Database;
let server: OAuthServer;
let auth: Auth;
interface Line {
  level: string;
  msg: string;
  provider?: string;
  status?: number;
}
let log: Line[];

beforeAll(async () => {
  [database, server] = await Promise.all([openTestDatabase(), startOAuthServer()]);
});
afterAll(() => Promise.all([database.close(), server.close()]));
beforeEach(async () => {
  await database.client.user.deleteMany();
  server.person = ann;
  server.tampering = {};
  server.scripted.clear();
  log = [];
  auth = startInstance();
});

/** Starts an instance, which logs each missing permission once. */
function startInstance(): Auth {
  const destination = { write: (line: string) => void log.push(JSON.parse(line) as Line) };
  return authUnderTest({ database, logger: createLogger({ level: 'warn', destination }), oauth: server.oauth });
}

async function signIn(provider: 'github' | 'google'): Promise<{ userId?: string; error?: string | null }> {
  const browser = new Browser(auth);
  const page = new URL(await browser.follow(await browser.startOAuth(provider)));
  if (page.pathname === '/login') return { error: page.searchParams.get('error') };
  expect(page.href).toBe(`${ORIGIN}/`);
  const principal = await auth.principalOf(new Headers({ cookie: browser.cookieHeader }));
  expect(principal?.email).toBe('ann@example.org');
  return { ...(principal && { userId: principal.userId }) };
}

const missing = () => log.filter(({ msg }) => msg.includes('shares no e-mail addresses'));
const unreachable = () => log.filter(({ msg }) => msg.includes('Could not ask the service for e-mail addresses'));
const address = (email: string, verified = true, primary = true) => ({
  email,
  verified,
  primary,
  visibility: 'private',
});
const integration = {
  message: 'Resource not accessible by integration',
  documentation_url: 'https://docs.github.com/rest',
};

describe('GitHub without an address', () => {
  it.each([
    ['403 to the keys of a GitHub App', { status: 403, body: integration }, 'EmailNotShared'],
    ['404 to keys without the scope', { status: 404, body: { message: 'Not Found' } }, 'EmailNotShared'],
    ['an empty list', { status: 200, body: [] }, 'EmailNotVerified'],
    [
      'an address that is not verified',
      { status: 200, body: [address('ann@example.org', false), address('a@example.net', true, false)] },
      'EmailNotVerified',
    ],
    [
      'an address that forwards nothing',
      { status: 200, body: [address('4711000000001+ann@users.noreply.github.com')] },
      'EmailNotVerified',
    ],
    [
      'an address of an Enterprise Server that forwards nothing',
      { status: 200, body: [address('ann@users.noreply.git.example.org')] },
      'EmailNotVerified',
    ],
    ['500', { status: 500 }, 'EmailUnreachable'],
    ['503 as text', { status: 503, body: 'unavailable' }, 'EmailUnreachable'],
    ['429', { status: 429, headers: { 'retry-after': '60' } }, 'EmailUnreachable'],
    ['403 of a rate limit', { status: 403, headers: { 'x-ratelimit-remaining': '0' } }, 'EmailUnreachable'],
    ['403 of a second rate limit', { status: 403, headers: { 'retry-after': '60' } }, 'EmailUnreachable'],
    ['401', { status: 401, body: { message: 'Bad credentials' } }, 'EmailUnreachable'],
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example/' } }, 'EmailUnreachable'],
    ['text that is not JSON', { status: 200, body: 'ann@example.org' }, 'EmailUnreachable'],
    ['JSON of another shape', { status: 200, body: ['ann@example.org'] }, 'EmailUnreachable'],
    ['nothing', 'hang up' as const, 'EmailUnreachable'],
  ])('answers %s: people with an account are signed in, others get the reason', async (_what, reply, error) => {
    const { userId } = await signIn('github');
    expect(userId).toBeDefined();
    server.scripted.set(EMAILS, reply);
    expect(await signIn('github')).toEqual({ userId });

    server.person = { ...ann, subject: '4711000000002' };
    expect(await signIn('github')).toEqual({ error });
    expect(await database.client.user.count()).toBe(1);

    expect(missing()).toHaveLength(error === 'EmailNotShared' ? 1 : 0);
    expect(unreachable()).toHaveLength(error === 'EmailUnreachable' ? 2 : 0);
    expect(JSON.stringify(log)).not.toMatch(/example\.org|noreply|47110{8}|Ann/);
    for (const secret of server.secrets) expect(JSON.stringify(log)).not.toContain(secret);
  });

  it('logs the missing permission once, however many sign in', async () => {
    await signIn('github');
    server.scripted.set(EMAILS, { status: 403, body: integration });
    for (let n = 0; n < 5; n += 1) await signIn('github');
    expect(missing()).toEqual([
      expect.objectContaining({
        level: 'warn',
        provider: 'github',
        status: 403,
        msg: expect.stringContaining('"Email addresses: read-only"') as string,
      }),
    ]);
    auth = startInstance();
    await signIn('github');
    expect(missing()).toHaveLength(2);
  });

  it('creates the account as soon as the permission is there', async () => {
    server.scripted.set(EMAILS, { status: 403, body: integration });
    expect(await signIn('github')).toEqual({ error: 'EmailNotShared' });
    server.scripted.clear();
    expect(await signIn('github')).toEqual({ userId: expect.any(String) as string });
  });
});

describe('an OpenID issuer without an address', () => {
  it('signs in people with an account, gives others the reason, and is logged once', async () => {
    const { userId } = await signIn('google');
    server.tampering = { email: undefined, email_verified: undefined };
    for (let n = 0; n < 3; n += 1) expect(await signIn('google')).toEqual({ userId });
    server.person = { ...ann, subject: '4711000000002' };
    expect(await signIn('google')).toEqual({ error: 'EmailNotShared' });
    expect(missing()).toEqual([
      expect.objectContaining({ provider: 'google', msg: expect.stringContaining('the scope email') as string }),
    ]);
    expect(JSON.stringify(log)).not.toMatch(/example\.org|47110{8}|Ann/);
  });
});
