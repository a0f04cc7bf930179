import { leastCpuTimeOf } from '@plantcommunity/telemetry/testing';
import { describe, expect, it } from 'vitest';
import { Browser } from '../testing/browser.ts';
import { annsApp, CREDENTIALS, granted, PASSWORD } from './testing/anns-app.ts';

const app = annsApp();

describe('signing in with an app', () => {
  it('returns an access token for an hour and a refresh token for a week', async () => {
    const grant = await app.issue();
    expect(grant).toEqual({
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as string,
      expiresIn: 3_600,
      refreshToken: expect.stringMatching(/^[\w-]{43}$/) as string,
      refreshExpiresIn: 604_800,
    });
    expect(await app.whois(grant.accessToken)).toEqual({
      userId: app.userId,
      email: 'ann@example.org',
      role: 'user',
      tier: 'pro',
    });
  });

  it.each([
    ['a wrong password', { ...CREDENTIALS, password: 'wrong horse' }],
    ['a short password', { ...CREDENTIALS, password: 'x' }],
    ['a password of 100,000 characters', { ...CREDENTIALS, password: 'x'.repeat(100_000) }],
    ['an unknown account', { ...CREDENTIALS, email: 'unknown@example.org' }],
    ['an invalid address', { ...CREDENTIALS, email: 'ann' }],
  ])('returns nothing for %s', async (_what, wrong) => {
    expect(await app.auth.tokens.issue(wrong)).toBeUndefined();
    expect(await app.database.client.tokenFamily.count()).toBe(0);
  });

  it('reports a disabled account only when the password is right', async () => {
    await app.change({ disabledAt: new Date() });
    expect(await app.auth.tokens.issue(CREDENTIALS)).toBe('disabled');
    expect(await app.auth.tokens.issue({ ...CREDENTIALS, password: 'wrong horse' })).toBeUndefined();
    expect(await app.database.client.tokenFamily.count()).toBe(0);
  });

  it('takes equally much work for an account that does not exist', async () => {
    await app.auth.tokens.issue({ email: 'warm@example.org', password: 'wrong horse' });
    const workOf = (emailOf: (run: number) => string) => {
      let run = 0;
      return leastCpuTimeOf(() => app.auth.tokens.issue({ email: emailOf(run++), password: 'wrong horse' }));
    };
    const known = await workOf(() => CREDENTIALS.email);
    const unknown = await workOf((run) => `no${run}@example.org`);
    // Checking a password is most of the work: an answer without the check would take a small part of it.
    expect(unknown / known).toBeGreaterThan(0.6);
    expect(unknown / known).toBeLessThan(1.6);
  });

  it('leaves no token in the database or the log', async () => {
    const grant = await app.issue();
    const next = await app.refresh(grant.refreshToken);
    const stored = JSON.stringify([
      await app.database.client.refreshToken.findMany(),
      await app.database.client.tokenFamily.findMany(),
      app.log,
    ]);
    for (const token of [grant.accessToken, grant.refreshToken, next.refreshToken, next.accessToken]) {
      expect(stored).not.toContain(token);
    }
    expect(await app.database.client.refreshToken.count()).toBe(2);
  });
});

describe('signing in with more than a hundred apps', () => {
  it('ends the oldest sign-in of the user, and none of another user', async () => {
    const { tokenFamily } = app.database.client;
    const bob = await app.auth.users.create({ email: 'bob@example.org', password: PASSWORD });
    const bobs = granted(await app.auth.tokens.issue({ email: 'bob@example.org', password: PASSWORD }));
    const first = await app.issue();
    app.clock.advance(1_000);
    const expiresAt = new Date(app.clock.now() + 604_800_000);
    await tokenFamily.createMany({
      data: Array.from({ length: 98 }, (_, n) => ({ id: `family ${n}`, userId: app.userId, epoch: 0, expiresAt })),
    });
    const hundredth = await app.issue();
    expect(await app.whois(first.accessToken)).toMatchObject({ userId: app.userId });
    app.clock.advance(1_000);
    const last = await app.issue();
    expect(await tokenFamily.count({ where: { userId: app.userId } })).toBe(100);
    expect(await app.whois(first.accessToken)).toBeUndefined();
    expect(await app.auth.tokens.refresh(first.refreshToken)).toBeUndefined();
    for (const grant of [hundredth, last]) {
      expect(await app.whois(grant.accessToken)).toMatchObject({ userId: app.userId });
    }
    expect(await app.whois(bobs.accessToken)).toMatchObject({ userId: bob.id });
  });
});

describe('an access token', () => {
  it('has the user as they are in the database now', async () => {
    const { accessToken } = await app.issue();
    await app.change({ role: 'admin', tier: 'enterprise', name: 'Ann' });
    expect(await app.whois(accessToken)).toEqual({
      userId: app.userId,
      email: 'ann@example.org',
      name: 'Ann',
      role: 'admin',
      tier: 'enterprise',
    });
  });

  it.each([
    ['the user is disabled', () => app.change({ disabledAt: new Date() })],
    ['the user signs out everywhere', () => app.auth.accounts.signOutEverywhere(app.userId)],
    [
      'the password is changed',
      () => app.auth.accounts.changePassword(app.userId, { current: PASSWORD, next: 'another one' }),
    ],
    ['the account is deleted', () => app.auth.accounts.delete(app.userId, { password: PASSWORD })],
    ['the user is deleted', () => app.database.client.user.delete({ where: { id: app.userId } })],
  ])('ends when %s, like the refresh tokens', async (_what, end) => {
    const { accessToken, refreshToken } = await app.issue();
    const next = await app.refresh(refreshToken);
    await end();
    expect(await app.whois(accessToken)).toBeUndefined();
    expect(await app.whois(next.accessToken)).toBeUndefined();
    expect(await app.auth.tokens.refresh(refreshToken)).toBeUndefined();
    expect(await app.auth.tokens.refresh(next.refreshToken)).toBeUndefined();
  });

  it('is valid for an hour and the clock skew', async () => {
    const { accessToken } = await app.issue();
    // The token was issued 250 ms after its `iat`, which has whole seconds.
    app.clock.advance(3_659_749);
    expect(await app.whois(accessToken)).toMatchObject({ userId: app.userId });
    app.clock.advance(1);
    expect(await app.whois(accessToken)).toBeUndefined();
  });

  it('takes precedence over a cookie', async () => {
    const { accessToken } = await app.issue();
    await app.auth.users.create({ email: 'bob@example.org', password: PASSWORD });
    const browser = new Browser(app.auth);
    await browser.signIn({ email: 'bob@example.org', password: PASSWORD });
    const { cookieHeader: cookie } = browser;
    expect(await app.auth.principalOf(new Headers({ cookie }))).toMatchObject({ email: 'bob@example.org' });
    expect(await app.whois(accessToken, { cookie })).toMatchObject({ email: 'ann@example.org' });
    expect(await app.whois('wrong', { cookie })).toBeUndefined();
    expect(await app.whois('', { cookie })).toBeUndefined();
    expect(await app.whois(`${accessToken}, Bearer ${accessToken}`, { cookie })).toBeUndefined();
  });

  it('is not accepted as session or refresh token, nor the other way round', async () => {
    const { accessToken, refreshToken } = await app.issue();
    const browser = new Browser(app.auth);
    await browser.signIn(CREDENTIALS);
    const [, session = ''] = /plantcommunity\.session=([^;]+)/.exec(browser.cookieHeader) ?? [];
    expect(session).not.toBe('');
    expect(await app.whois(session)).toBeUndefined();
    expect(await app.whois(refreshToken)).toBeUndefined();
    for (const value of [accessToken, refreshToken]) {
      const cookie = `plantcommunity.session=${value}`;
      expect(await app.auth.principalOf(new Headers({ cookie }))).toBeUndefined();
    }
    expect(await app.auth.tokens.refresh(accessToken)).toBeUndefined();
    expect(await app.auth.tokens.refresh(session)).toBeUndefined();
  });

  it('is refused unread when its header is very long', async () => {
    const { accessToken } = await app.issue();
    expect(await app.whois(`${accessToken}${'A'.repeat(10_000_000)}`)).toBeUndefined();
  });

  it('fails, and stays valid, when the database fails', async () => {
    const { accessToken, refreshToken } = await app.issue();
    await app.database.client.$executeRaw`ALTER TABLE "User" RENAME TO "Hidden"`;
    try {
      await expect(app.whois(accessToken)).rejects.toThrow(/User/);
      await expect(app.auth.tokens.refresh(refreshToken)).rejects.toThrow(/User/);
    } finally {
      await app.database.client.$executeRaw`ALTER TABLE "Hidden" RENAME TO "User"`;
    }
    expect(await app.whois(accessToken)).toMatchObject({ userId: app.userId });
    expect(await app.refresh(refreshToken)).toBeDefined();
  });
});
