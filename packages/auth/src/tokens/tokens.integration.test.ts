import { Writable } from 'node:stream';
import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Auth } from '../auth.ts';
import { authUnderTest } from '../testing/auth-under-test.ts';
import { Browser } from '../testing/browser.ts';
import type { TokenGrant } from './tokens.ts';

const [old, fresh] = ['old secret of at least 32 bytes..', 'new secret of at least 32 bytes..'] as const;
const password = 'correct horse';
const credentials = { email: 'ann@example.org', password };

let database: Database;
let clock: FakeClock;
let auth: Auth;
let userId: string;
const log: string[] = [];

const logger = createLogger({
  level: 'info',
  destination: new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.push(chunk.toString());
      done();
    },
  }),
});

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.client.user.deleteMany();
  log.length = 0;
  clock = new FakeClock(Date.UTC(2026, 2, 1, 12, 0, 0, 250));
  auth = withSecrets(old);
  userId = (await auth.users.create({ ...credentials, tier: 'pro' })).id;
});

function withSecrets(...secrets: string[]): Auth {
  return authUnderTest({ database, secrets, clock, logger });
}

function granted(grant: TokenGrant | 'disabled' | undefined): TokenGrant {
  if (grant === undefined || grant === 'disabled') throw new Error(`no grant but ${String(grant)}`);
  return grant;
}

const issue = async (by = auth) => granted(await by.tokens.issue(credentials));
const refresh = async (token: string, by = auth) => granted(await by.tokens.refresh(token));
const whois = (accessToken: string, headers: Record<string, string> = {}, by = auth) =>
  by.principalOf(new Headers({ ...headers, authorization: `Bearer ${accessToken}` }));
const change = (data: object) => database.client.user.update({ where: { id: userId }, data });

describe('signing in with an app', () => {
  it('gives an access token for an hour and a refresh token for a week', async () => {
    const grant = await issue();
    expect(grant).toEqual({
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as string,
      expiresIn: 3_600,
      refreshToken: expect.stringMatching(/^[\w-]{43}$/) as string,
      refreshExpiresIn: 604_800,
    });
    expect(await whois(grant.accessToken)).toEqual({ userId, email: 'ann@example.org', role: 'user', tier: 'pro' });
  });

  it.each([
    ['a wrong password', { ...credentials, password: 'wrong horse' }],
    ['a short password', { ...credentials, password: 'x' }],
    ['a password too long to be one', { ...credentials, password: 'x'.repeat(100_000) }],
    ['an unknown account', { ...credentials, email: 'nobody@example.org' }],
    ['no address', { ...credentials, email: 'ann' }],
  ])('gives nothing for %s', async (_what, wrong) => {
    expect(await auth.tokens.issue(wrong)).toBeUndefined();
    expect(await database.client.tokenFamily.count()).toBe(0);
  });

  it('tells of being disabled to who knows the password only', async () => {
    await change({ disabledAt: new Date() });
    expect(await auth.tokens.issue(credentials)).toBe('disabled');
    expect(await auth.tokens.issue({ ...credentials, password: 'wrong horse' })).toBeUndefined();
    expect(await database.client.tokenFamily.count()).toBe(0);
  });

  it('takes as long for an account that does not exist', async () => {
    const times = { known: [] as number[], unknown: [] as number[] };
    await auth.tokens.issue({ email: 'warm@example.org', password: 'wrong horse' });
    for (let n = 0; n < 9; n++) {
      for (const [kind, email] of [['known', credentials.email] as const, ['unknown', `no${n}@example.org`] as const]) {
        const started = performance.now();
        await auth.tokens.issue({ email, password: 'wrong horse' });
        times[kind].push(performance.now() - started);
      }
    }
    const median = (values: number[]) => values.toSorted((a, b) => a - b)[4] ?? 0;
    // The check of a password is most of it: without one it would be a small part.
    expect(median(times.unknown) / median(times.known)).toBeGreaterThan(0.6);
    expect(median(times.unknown) / median(times.known)).toBeLessThan(1.6);
  });

  it('leaves no token in the database or the log', async () => {
    const grant = await issue();
    const next = await refresh(grant.refreshToken);
    const kept = JSON.stringify([
      await database.client.refreshToken.findMany(),
      await database.client.tokenFamily.findMany(),
      log,
    ]);
    for (const token of [grant.accessToken, grant.refreshToken, next.refreshToken, next.accessToken]) {
      expect(kept).not.toContain(token);
    }
    expect(await database.client.refreshToken.count()).toBe(2);
  });
});

describe('an access token', () => {
  it('knows of the user as the database has them now', async () => {
    const { accessToken } = await issue();
    await change({ role: 'admin', tier: 'enterprise', name: 'Ann' });
    expect(await whois(accessToken)).toEqual({
      userId,
      email: 'ann@example.org',
      name: 'Ann',
      role: 'admin',
      tier: 'enterprise',
    });
  });

  it.each([
    ['the user is disabled', () => change({ disabledAt: new Date() })],
    ['the user signs out everywhere', () => auth.accounts.signOutEverywhere(userId)],
    ['the password is changed', () => auth.accounts.changePassword(userId, { current: password, next: 'another one' })],
    ['the account is removed', () => auth.accounts.remove(userId, { password })],
    ['the user is gone', () => database.client.user.delete({ where: { id: userId } })],
  ])('is over when %s, and so are the refresh tokens', async (_what, end) => {
    const { accessToken, refreshToken } = await issue();
    const next = await refresh(refreshToken);
    await end();
    expect(await whois(accessToken)).toBeUndefined();
    expect(await whois(next.accessToken)).toBeUndefined();
    expect(await auth.tokens.refresh(refreshToken)).toBeUndefined();
    expect(await auth.tokens.refresh(next.refreshToken)).toBeUndefined();
  });

  it('is good for an hour and the skew', async () => {
    const { accessToken } = await issue();
    // Issued 250 ms after the second that it says.
    clock.advance(3_659_749);
    expect(await whois(accessToken)).toMatchObject({ userId });
    clock.advance(1);
    expect(await whois(accessToken)).toBeUndefined();
  });

  it('stands for itself: no cookie counts beside it', async () => {
    const { accessToken } = await issue();
    await auth.users.create({ email: 'bob@example.org', password });
    const browser = new Browser(auth.nextAuthOptions);
    await browser.signIn({ email: 'bob@example.org', password });
    const { cookieHeader: cookie } = browser;
    expect(await auth.principalOf(new Headers({ cookie }))).toMatchObject({ email: 'bob@example.org' });
    expect(await whois(accessToken, { cookie })).toMatchObject({ email: 'ann@example.org' });
    expect(await whois('wrong', { cookie })).toBeUndefined();
    expect(await whois('', { cookie })).toBeUndefined();
    expect(await whois(`${accessToken}, Bearer ${accessToken}`, { cookie })).toBeUndefined();
  });

  it('is no session, no refresh token, and neither of them is one', async () => {
    const { accessToken, refreshToken } = await issue();
    const browser = new Browser(auth.nextAuthOptions);
    await browser.signIn(credentials);
    const [, session = ''] = /plantcommunity\.session=([^;]+)/.exec(browser.cookieHeader) ?? [];
    expect(session).not.toBe('');
    expect(await whois(session)).toBeUndefined();
    expect(await whois(refreshToken)).toBeUndefined();
    for (const value of [accessToken, refreshToken]) {
      const cookie = `plantcommunity.session=${value}`;
      expect(await auth.principalOf(new Headers({ cookie }))).toBeUndefined();
    }
    expect(await auth.tokens.refresh(accessToken)).toBeUndefined();
    expect(await auth.tokens.refresh(session)).toBeUndefined();
  });

  it('is refused unread when its header is very long', async () => {
    const { accessToken } = await issue();
    expect(await whois(`${accessToken}${'A'.repeat(10_000_000)}`)).toBeUndefined();
  });

  it('is not called bad when the database fails', async () => {
    const { accessToken, refreshToken } = await issue();
    await database.client.$executeRaw`ALTER TABLE "User" RENAME TO "Hidden"`;
    try {
      await expect(whois(accessToken)).rejects.toThrow(/User/);
      await expect(auth.tokens.refresh(refreshToken)).rejects.toThrow(/User/);
    } finally {
      await database.client.$executeRaw`ALTER TABLE "Hidden" RENAME TO "User"`;
    }
    expect(await whois(accessToken)).toMatchObject({ userId });
    expect(await refresh(refreshToken)).toBeDefined();
  });
});

describe('a refresh token', () => {
  it('is exchanged for the next one, again and again', async () => {
    const grants = [await issue()];
    for (let n = 0; n < 3; n++) {
      clock.advance(3_600_000);
      grants.push(await refresh(grants.at(-1)?.refreshToken ?? ''));
    }
    expect(new Set(grants.map(({ refreshToken }) => refreshToken)).size).toBe(4);
    expect(new Set(grants.map(({ accessToken }) => accessToken)).size).toBe(4);
    expect(await whois(grants.at(-1)?.accessToken ?? '')).toMatchObject({ userId });
  });

  it('gives the very same successor for 10 s', async () => {
    const { refreshToken } = await issue();
    const first = await refresh(refreshToken);
    clock.advance(10_000);
    const again = await refresh(refreshToken);
    expect(again.refreshToken).toBe(first.refreshToken);
    expect(await whois(again.accessToken)).toMatchObject({ userId });
    expect(await refresh(again.refreshToken)).toBeDefined();
    expect(log.join('')).not.toMatch(/spent/);
  });

  it('ends its whole sign-in when it comes back after 10 s, and that is logged, once and without it', async () => {
    const { refreshToken, accessToken } = await issue();
    const next = await refresh(refreshToken);
    const other = await issue();
    clock.advance(10_001);
    log.length = 0;
    expect(await auth.tokens.refresh(refreshToken)).toBeUndefined();
    expect(await auth.tokens.refresh(refreshToken)).toBeUndefined();
    expect(log).toHaveLength(1);
    expect(JSON.parse(log[0] ?? '')).toMatchObject({
      level: 'warn',
      userId,
      msg: expect.stringMatching(/^\[AUTH\] A spent refresh token came back/) as string,
    });
    expect(log[0]).not.toContain(refreshToken);
    expect(log[0]).not.toContain(next.refreshToken);
    expect(await auth.tokens.refresh(next.refreshToken)).toBeUndefined();
    expect(await whois(accessToken)).toBeUndefined();
    expect(await whois(next.accessToken)).toBeUndefined();
    // Another sign-in of the same user is another matter.
    expect(await whois(other.accessToken)).toMatchObject({ userId });
    expect(await refresh(other.refreshToken)).toBeDefined();
  });

  it('ends its sign-in however many exchanges ago it was spent', async () => {
    const { refreshToken } = await issue();
    let last = refreshToken;
    for (let n = 0; n < 5; n++) {
      clock.advance(60_000);
      last = (await refresh(last)).refreshToken;
    }
    expect(await auth.tokens.refresh(refreshToken)).toBeUndefined();
    expect(await auth.tokens.refresh(last)).toBeUndefined();
  });

  it('ends a week after the sign-in, whatever was refreshed meanwhile', async () => {
    const { refreshToken } = await issue();
    clock.advance(604_000_000);
    const next = await refresh(refreshToken);
    expect(next).toMatchObject({ expiresIn: 3_600, refreshExpiresIn: 800 });
    clock.advance(799_999);
    const last = await refresh(next.refreshToken);
    expect(last.refreshExpiresIn).toBe(1);
    clock.advance(1);
    expect(await auth.tokens.refresh(next.refreshToken)).toBeUndefined();
    expect(await auth.tokens.refresh(last.refreshToken)).toBeUndefined();
    expect(await whois(last.accessToken)).toMatchObject({ userId });
  });

  it.each(['', 'x', 'A'.repeat(43), 'A'.repeat(1_000_000), "' OR 1=1 --", '\0'])(
    'is refused when we did not make it, case %#',
    async (text) => {
      await issue();
      expect(await auth.tokens.refresh(text)).toBeUndefined();
      await expect(auth.tokens.revoke(text)).resolves.toBeUndefined();
      expect(await database.client.tokenFamily.count()).toBe(1);
    },
  );
});

describe('when the secrets are rotated', () => {
  it('a lost answer is given again: the successor is made with the key that the token is kept under', async () => {
    const { refreshToken } = await issue();
    const first = await refresh(refreshToken);
    const during = withSecrets(fresh, old);
    clock.advance(10_000);
    const again = await refresh(refreshToken, during);
    expect(again.refreshToken).toBe(first.refreshToken);
    expect(await whois(again.accessToken, {}, during)).toMatchObject({ userId });
  });

  it('an instance that has not heard of the new secret gives the same successor as one that has', async () => {
    const { refreshToken } = await issue();
    const first = await refresh(refreshToken, withSecrets(fresh, old));
    expect((await refresh(refreshToken, auth)).refreshToken).toBe(first.refreshToken);
    expect((await refresh(refreshToken, withSecrets(old, fresh))).refreshToken).toBe(first.refreshToken);
  });

  it('who refreshes moves to the new secret and stays; who does not is signed out with the old one', async () => {
    const [moved, stayed] = [await issue(), await issue()];
    const during = withSecrets(fresh, old);
    const next = await refresh(moved.refreshToken, during);
    const after = withSecrets(fresh);
    expect(await whois(moved.accessToken, {}, after)).toBeUndefined();
    expect(await whois(next.accessToken, {}, after)).toMatchObject({ userId });
    expect(await after.tokens.refresh(stayed.refreshToken)).toBeUndefined();
    const last = await refresh(next.refreshToken, after);
    expect(await whois(last.accessToken, {}, after)).toMatchObject({ userId });
  });

  it('a spent token of the old secret still ends its sign-in', async () => {
    const { refreshToken } = await issue();
    const during = withSecrets(fresh, old);
    const next = await refresh(refreshToken, during);
    clock.advance(10_001);
    expect(await during.tokens.refresh(refreshToken)).toBeUndefined();
    expect(await during.tokens.refresh(next.refreshToken)).toBeUndefined();
  });
});

describe('revoking', () => {
  it.each(['first', 'last'] as const)(
    'ends the whole sign-in by its %s token, and says so to nobody',
    async (which) => {
      const first = await issue();
      const last = await refresh(first.refreshToken);
      const other = await issue();
      const { refreshToken } = { first, last }[which];
      await expect(auth.tokens.revoke(refreshToken)).resolves.toBeUndefined();
      await expect(auth.tokens.revoke(refreshToken)).resolves.toBeUndefined();
      for (const grant of [first, last]) {
        expect(await auth.tokens.refresh(grant.refreshToken)).toBeUndefined();
        expect(await whois(grant.accessToken)).toBeUndefined();
      }
      expect(await whois(other.accessToken)).toMatchObject({ userId });
      expect(await refresh(other.refreshToken)).toBeDefined();
    },
  );

  it('works with a token kept under an older secret', async () => {
    const { refreshToken } = await issue();
    await withSecrets(fresh, old).tokens.revoke(refreshToken);
    expect(await auth.tokens.refresh(refreshToken)).toBeUndefined();
  });
});

describe('sign-ins that ended', () => {
  it('are removed by later ones, when the last of their access tokens has ended too', async () => {
    await issue();
    clock.advance((604_800 + 3_660) * 1_000 - 1);
    await issue();
    expect(await database.client.tokenFamily.count()).toBe(2);
    clock.advance(1);
    await issue();
    expect(await database.client.tokenFamily.count()).toBe(2);
    expect(await database.client.refreshToken.count()).toBe(2);
  });

  it('are removed ten at a time, the oldest first', async () => {
    const start = clock.now();
    await database.client.tokenFamily.createMany({
      data: Array.from({ length: 25 }, (_, n) => ({ id: `f${n}`, userId, epoch: 0, expiresAt: new Date(start + n) })),
    });
    clock.advance(3_660_000 + 25);
    await issue();
    const left = await database.client.tokenFamily.findMany({ where: { id: { startsWith: 'f' } } });
    expect(left.map(({ expiresAt }) => expiresAt.getTime() - start).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 15 }, (_, n) => n + 10),
    );
  });
});
