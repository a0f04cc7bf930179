import { describe, expect, it } from 'vitest';
import { annsApp, FRESH, OLD } from './testing/anns-app.ts';

const DAY = 86_400_000;

const app = annsApp();

describe('a refresh token', () => {
  it('is exchanged for a successor, which is exchanged in turn', async () => {
    const grants = [await app.issue()];
    for (let n = 0; n < 3; n++) {
      app.clock.advance(3_600_000);
      grants.push(await app.refresh(grants.at(-1)?.refreshToken ?? ''));
    }
    expect(new Set(grants.map(({ refreshToken }) => refreshToken)).size).toBe(4);
    expect(new Set(grants.map(({ accessToken }) => accessToken)).size).toBe(4);
    expect(await app.whois(grants.at(-1)?.accessToken ?? '')).toMatchObject({ userId: app.userId });
  });

  it('ends its sign-in when it is used after its successor was used, which is logged once', async () => {
    const { refreshToken, accessToken } = await app.issue();
    const successor = await app.refresh(refreshToken);
    const next = await app.refresh(successor.refreshToken);
    const other = await app.issue();
    app.log.length = 0;
    expect(await app.auth.tokens.refresh(refreshToken)).toBeUndefined();
    expect(await app.auth.tokens.refresh(refreshToken)).toBeUndefined();
    expect(app.log).toHaveLength(1);
    expect(JSON.parse(app.log[0] ?? '')).toMatchObject({
      level: 'warn',
      userId: app.userId,
      msg: expect.stringMatching(/^\[AUTH\] A spent refresh token was used again/) as string,
    });
    expect(app.log[0]).not.toContain(refreshToken);
    expect(app.log[0]).not.toContain(next.refreshToken);
    expect(await app.auth.tokens.refresh(next.refreshToken)).toBeUndefined();
    expect(await app.whois(accessToken)).toBeUndefined();
    expect(await app.whois(next.accessToken)).toBeUndefined();
    // Another sign-in of the same user is not affected.
    expect(await app.whois(other.accessToken)).toMatchObject({ userId: app.userId });
    expect(await app.refresh(other.refreshToken)).toBeDefined();
  });

  it('ends its sign-in when it is used five exchanges later', async () => {
    const { refreshToken } = await app.issue();
    let last = refreshToken;
    for (let n = 0; n < 5; n++) {
      app.clock.advance(60_000);
      last = (await app.refresh(last)).refreshToken;
    }
    expect(await app.auth.tokens.refresh(refreshToken)).toBeUndefined();
    expect(await app.auth.tokens.refresh(last)).toBeUndefined();
  });

  it('expires a week after the sign-in, also when it is refreshed', async () => {
    const { refreshToken } = await app.issue();
    app.clock.advance(604_000_000);
    const next = await app.refresh(refreshToken);
    expect(next).toMatchObject({ expiresIn: 3_600, refreshExpiresIn: 800 });
    app.clock.advance(799_999);
    const last = await app.refresh(next.refreshToken);
    expect(last.refreshExpiresIn).toBe(1);
    app.clock.advance(1);
    expect(await app.auth.tokens.refresh(next.refreshToken)).toBeUndefined();
    expect(await app.auth.tokens.refresh(last.refreshToken)).toBeUndefined();
    expect(await app.whois(last.accessToken)).toMatchObject({ userId: app.userId });
  });

  it.each(['', 'x', 'A'.repeat(43), 'A'.repeat(1_000_000), "' OR 1=1 --", '\0'])(
    'is refused when it is unknown, case %#',
    async (text) => {
      await app.issue();
      expect(await app.auth.tokens.refresh(text)).toBeUndefined();
      await expect(app.auth.tokens.revoke(text)).resolves.toBe(false);
      expect(await app.database.client.tokenFamily.count()).toBe(1);
    },
  );
});

describe('when the secrets are rotated', () => {
  it('a lost answer is returned again: the successor is derived with the key of the stored token', async () => {
    const { refreshToken } = await app.issue();
    const first = await app.refresh(refreshToken);
    const during = app.withSecrets(FRESH, OLD);
    app.clock.advance(DAY);
    const again = await app.refresh(refreshToken, during);
    expect(again.refreshToken).toBe(first.refreshToken);
    expect(await app.whois(again.accessToken, {}, during)).toMatchObject({ userId: app.userId });
  });

  it('instances with and without the new secret return the same successor', async () => {
    const { refreshToken } = await app.issue();
    const first = await app.refresh(refreshToken, app.withSecrets(FRESH, OLD));
    expect((await app.refresh(refreshToken, app.auth)).refreshToken).toBe(first.refreshToken);
    expect((await app.refresh(refreshToken, app.withSecrets(OLD, FRESH))).refreshToken).toBe(first.refreshToken);
  });

  it('an instance without the new secret detects that the successor was used', async () => {
    const { refreshToken } = await app.issue();
    const during = app.withSecrets(FRESH, OLD);
    const next = await app.refresh(refreshToken, during);
    const last = await app.refresh(next.refreshToken, during);
    expect(await app.auth.tokens.refresh(refreshToken)).toBeUndefined();
    expect(await during.tokens.refresh(last.refreshToken)).toBeUndefined();
  });

  it('a refresh moves a sign-in to the new secret; others end with the old secret', async () => {
    const [moved, stayed] = [await app.issue(), await app.issue()];
    const during = app.withSecrets(FRESH, OLD);
    const next = await app.refresh(moved.refreshToken, during);
    const after = app.withSecrets(FRESH);
    expect(await app.whois(moved.accessToken, {}, after)).toBeUndefined();
    expect(await app.whois(next.accessToken, {}, after)).toMatchObject({ userId: app.userId });
    expect(await after.tokens.refresh(stayed.refreshToken)).toBeUndefined();
    const last = await app.refresh(next.refreshToken, after);
    expect(await app.whois(last.accessToken, {}, after)).toMatchObject({ userId: app.userId });
  });

  it('a spent token of the old secret still ends its sign-in', async () => {
    const { refreshToken } = await app.issue();
    const during = app.withSecrets(FRESH, OLD);
    const next = await app.refresh(refreshToken, during);
    const last = await app.refresh(next.refreshToken, during);
    expect(await during.tokens.refresh(refreshToken)).toBeUndefined();
    expect(await during.tokens.refresh(last.refreshToken)).toBeUndefined();
    expect(await during.tokens.refresh(next.refreshToken)).toBeUndefined();
  });
});

describe('revoking', () => {
  it.each(['first', 'last'] as const)('ends the whole sign-in by its %s token', async (which) => {
    const first = await app.issue();
    const last = await app.refresh(first.refreshToken);
    const other = await app.issue();
    const { refreshToken } = { first, last }[which];
    await expect(app.auth.tokens.revoke(refreshToken)).resolves.toBe(true);
    await expect(app.auth.tokens.revoke(refreshToken)).resolves.toBe(false);
    for (const grant of [first, last]) {
      expect(await app.auth.tokens.refresh(grant.refreshToken)).toBeUndefined();
      expect(await app.whois(grant.accessToken)).toBeUndefined();
    }
    expect(await app.whois(other.accessToken)).toMatchObject({ userId: app.userId });
    expect(await app.refresh(other.refreshToken)).toBeDefined();
  });

  it('works with a token that is stored under an older secret', async () => {
    const { refreshToken } = await app.issue();
    await app.withSecrets(FRESH, OLD).tokens.revoke(refreshToken);
    expect(await app.auth.tokens.refresh(refreshToken)).toBeUndefined();
  });
});
