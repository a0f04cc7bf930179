import { describe, expect, it } from 'vitest';
import { annsApp, FRESH, OLD, PASSWORD } from './testing/anns-app.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

const app = annsApp();

describe('a refresh token whose answer was lost', () => {
  it.each([
    ['at once', 0],
    ['60 s later', 60 * SECOND],
    ['1 h later', HOUR],
    ['23 h 59 min later', DAY - 60 * SECOND],
    ['24 h later', DAY],
  ])('returns the same successor again when it is used %s', async (_when, laterMs) => {
    const { refreshToken } = await app.issue();
    const lost = await app.refresh(refreshToken);
    app.clock.advance(laterMs);
    const again = await app.refresh(refreshToken);
    expect(again).toMatchObject({
      refreshToken: lost.refreshToken,
      expiresIn: 3_600,
      refreshExpiresIn: 604_800 - laterMs / SECOND,
    });
    expect(await app.whois(again.accessToken)).toMatchObject({ userId: app.userId });
    expect((await app.refresh(again.refreshToken)).refreshToken).not.toBe(lost.refreshToken);
    expect(app.log.join('')).not.toMatch(/spent/);
  });

  it('returns the same successor to an app that loses every answer, each time with a new access token', async () => {
    const { refreshToken } = await app.issue();
    const grants = [];
    for (let n = 0; n < 24; n++) {
      grants.push(await app.refresh(refreshToken));
      app.clock.advance(HOUR);
    }
    expect(new Set(grants.map((grant) => grant.refreshToken)).size).toBe(1);
    expect(new Set(grants.map((grant) => grant.accessToken)).size).toBe(24);
    expect(await app.whois(grants.at(-1)?.accessToken ?? '')).toMatchObject({ userId: app.userId });
    expect(await app.database.client.refreshToken.count()).toBe(2);
  });

  it('counts 24 h from its first use', async () => {
    const { refreshToken } = await app.issue();
    for (let n = 0; n < 3; n++) {
      await app.refresh(refreshToken);
      app.clock.advance(DAY / 2);
    }
    expect(await app.auth.tokens.refresh(refreshToken)).toBeUndefined();
  });

  it('is refused after 24 h, and its unused successor stays valid: a late token does not prove a theft', async () => {
    const { refreshToken } = await app.issue();
    const next = await app.refresh(refreshToken);
    app.clock.advance(DAY + 1);
    app.log.length = 0;
    expect(await app.auth.tokens.refresh(refreshToken)).toBeUndefined();
    expect(await app.auth.tokens.refresh(refreshToken)).toBeUndefined();
    expect(app.log).toEqual([]);
    expect(await app.refresh(next.refreshToken)).toBeDefined();
  });

  it('ends the sign-in, also after 24 h, when its successor was used', async () => {
    const { refreshToken } = await app.issue();
    const next = await app.refresh(refreshToken);
    app.clock.advance(DAY + 1);
    const last = await app.refresh(next.refreshToken);
    expect(await app.auth.tokens.refresh(refreshToken)).toBeUndefined();
    expect(await app.auth.tokens.refresh(last.refreshToken)).toBeUndefined();
    expect(await app.whois(last.accessToken)).toBeUndefined();
  });

  it('returns the successor of the last exchange only', async () => {
    const first = await app.issue();
    const second = await app.refresh(first.refreshToken);
    const third = await app.refresh(second.refreshToken);
    app.clock.advance(HOUR);
    expect((await app.refresh(second.refreshToken)).refreshToken).toBe(third.refreshToken);
    expect(await app.auth.tokens.refresh(first.refreshToken)).toBeUndefined();
    expect(await app.auth.tokens.refresh(second.refreshToken)).toBeUndefined();
    expect(await app.auth.tokens.refresh(third.refreshToken)).toBeUndefined();
  });

  it('is refused seven days after its sign-in', async () => {
    const { refreshToken } = await app.issue();
    app.clock.advance(7 * DAY - HOUR);
    const lost = await app.refresh(refreshToken);
    app.clock.advance(HOUR - 1);
    expect(await app.refresh(refreshToken)).toMatchObject({ refreshToken: lost.refreshToken, refreshExpiresIn: 1 });
    app.clock.advance(1);
    expect(await app.auth.tokens.refresh(refreshToken)).toBeUndefined();
  });

  it('returns the same successor from an instance whose clock is behind', async () => {
    const { refreshToken } = await app.issue();
    app.clock.advance(HOUR);
    const lost = await app.refresh(refreshToken);
    app.clock.stepWallClock(-60 * SECOND);
    expect((await app.refresh(refreshToken)).refreshToken).toBe(lost.refreshToken);
  });

  it('returns the same successor after an exchange by a release that did not store successors', async () => {
    const { refreshToken } = await app.issue();
    const lost = await app.refresh(refreshToken, app.withSecrets(FRESH, OLD));
    await app.database.client.refreshToken.updateMany({ data: { successorHash: null } });
    app.clock.advance(60 * SECOND);
    const again = app.withSecrets(OLD, FRESH);
    expect((await app.refresh(refreshToken, again)).refreshToken).toBe(lost.refreshToken);
    const next = await app.refresh(lost.refreshToken, again);
    expect(await again.tokens.refresh(refreshToken)).toBeUndefined();
    expect(await again.tokens.refresh(next.refreshToken)).toBeUndefined();
  });

  it.each(['changed password', 'sign-out everywhere', 'disabled account'])('is refused after a %s', async (what) => {
    const { refreshToken } = await app.issue();
    await app.refresh(refreshToken);
    if (what === 'disabled account') await app.change({ disabledAt: new Date(app.clock.now()) });
    else if (what === 'sign-out everywhere') await app.auth.accounts.signOutEverywhere(app.userId);
    else await app.auth.accounts.changePassword(app.userId, { current: PASSWORD, next: 'another horse' });
    expect(await app.auth.tokens.refresh(refreshToken)).toBeUndefined();
  });

  it.each(['token', 'successor'] as const)('ends with its sign-in when the %s is revoked', async (which) => {
    const { refreshToken } = await app.issue();
    const successor = await app.refresh(refreshToken);
    const again = await app.refresh(refreshToken);
    await app.auth.tokens.revoke(which === 'token' ? refreshToken : successor.refreshToken);
    expect(await app.auth.tokens.refresh(refreshToken)).toBeUndefined();
    expect(await app.auth.tokens.refresh(successor.refreshToken)).toBeUndefined();
    for (const grant of [successor, again]) expect(await app.whois(grant.accessToken)).toBeUndefined();
  });

  it('counts each use against the limit of its sign-in', async () => {
    const { refreshToken } = await app.issue();
    const counted: string[] = [];
    const admit = async (signInId: string) => void counted.push(signInId);
    for (let n = 0; n < 3; n++) await app.auth.tokens.refresh(refreshToken, admit);
    const [family] = await app.database.client.tokenFamily.findMany();
    expect(counted).toEqual([family?.id, family?.id, family?.id]);
  });
});
