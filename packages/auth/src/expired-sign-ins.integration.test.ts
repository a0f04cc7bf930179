import { describe, expect, it } from 'vitest';
import { Browser } from './testing/browser.ts';
import { annsApp, CREDENTIALS } from './tokens/testing/anns-app.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;

const app = annsApp();
const deleteExpired = () => app.auth.deleteExpiredSignIns(new AbortController().signal);

describe('expired sign-ins', () => {
  it('of browsers are deleted, those of other users included, and no other ones', async () => {
    await app.auth.users.create({ ...CREDENTIALS, email: 'bob@example.org' });
    await new Browser(app.auth).signIn({ ...CREDENTIALS, email: 'bob@example.org' });
    await new Browser(app.auth).signIn(CREDENTIALS);
    app.clock.advance(30 * DAY - HOUR);
    const current = new Browser(app.auth);
    await current.signIn(CREDENTIALS);
    expect(await deleteExpired()).toBe(0);
    app.clock.advance(HOUR);
    expect(await deleteExpired()).toBe(2);
    const cookie = current.cookieHeader;
    expect(await app.auth.principalOf(new Headers({ cookie }))).toMatchObject({ userId: app.userId });
  });

  it('of apps are deleted with their tokens when their last access token has expired', async () => {
    await app.issue();
    app.clock.advance((604_800 + 3_660) * 1_000 - 1);
    const current = await app.issue();
    expect(await deleteExpired()).toBe(0);
    app.clock.advance(1);
    expect(await deleteExpired()).toBe(1);
    expect(await app.database.client.refreshToken.count()).toBe(1);
    expect(await app.refresh(current.refreshToken)).toBeDefined();
  });

  it('are deleted in batches, also from a table that the planner knows to be small', async () => {
    const expiresAt = new Date(app.clock.now());
    await app.issue();
    // For a table that it knows to be small, the planner joins by nested loops, which run an uncached subquery again.
    await app.database.client.$executeRaw`ANALYZE "TokenFamily"`;
    await app.database.client.tokenFamily.createMany({
      data: Array.from({ length: 1_201 }, (_, n) => ({ id: `old-${n}`, userId: app.userId, epoch: 0, expiresAt })),
    });
    app.clock.advance(3_660_000);
    expect(await deleteExpired()).toBe(1_201);
    expect(await app.database.client.tokenFamily.count()).toBe(1);
  });

  it('stay when the signal has aborted', async () => {
    await app.issue();
    app.clock.advance(9 * DAY);
    await expect(app.auth.deleteExpiredSignIns(AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect(await app.database.client.tokenFamily.count()).toBe(1);
  });
});
