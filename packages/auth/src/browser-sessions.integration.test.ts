import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Auth } from './auth.ts';
import { authUnderTest } from './testing/auth-under-test.ts';
import { Browser } from './testing/browser.ts';

const CREDENTIALS = { email: 'ann@example.org', password: 'correct horse' };
const DAY = 86_400_000;

let database: Database;
let clock: FakeClock;
let auth: Auth;
let userId: string;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.client.user.deleteMany();
  clock = new FakeClock(Date.UTC(2026, 2, 1, 12));
  auth = authUnderTest({ database, clock });
  userId = (await auth.users.create(CREDENTIALS)).id;
});

async function signedIn(): Promise<Browser> {
  const browser = new Browser(auth);
  await browser.signIn(CREDENTIALS);
  return browser;
}

const isValid = async (cookie: string) => (await auth.principalOf(new Headers({ cookie })))?.userId === userId;
const rows = () => database.client.browserSession.findMany({ orderBy: { createdAt: 'asc' } });

async function withoutSessionTable(work: () => Promise<void>): Promise<void> {
  await database.client.$executeRaw`ALTER TABLE "BrowserSession" RENAME TO "Hidden"`;
  try {
    await work();
  } finally {
    await database.client.$executeRaw`ALTER TABLE "Hidden" RENAME TO "BrowserSession"`;
  }
}

describe('signing out', () => {
  it('invalidates every copy of the cookie, earlier and renewed ones included', async () => {
    const browser = await signedIn();
    const first = browser.cookieHeader;
    clock.advance(2 * DAY);
    await browser.session();
    const renewed = browser.cookieHeader;
    expect({ first: await isValid(first), renewed: await isValid(renewed) }).toEqual({ first: true, renewed: true });

    await browser.signOut();
    expect({ first: await isValid(first), renewed: await isValid(renewed) }).toEqual({ first: false, renewed: false });
    expect(await rows()).toEqual([]);
    // next-auth rejects a copy, too.
    const [, value = ''] = /plantcommunity\.session=([^;]+)/.exec(renewed) ?? [];
    const thief = new Browser(auth, 'http://localhost:3000', { 'plantcommunity.session': value });
    expect(await thief.session()).toEqual({});
  });

  it('leaves the other browsers of the user signed in', async () => {
    const [here, there] = [await signedIn(), await signedIn()];
    await here.signOut();
    expect(await isValid(there.cookieHeader)).toBe(true);
  });

  it('fails when the database fails, so that the client does not report success', async () => {
    const browser = await signedIn();
    await withoutSessionTable(() => expect(browser.signOut()).rejects.toThrow(/BrowserSession/));
    expect(await isValid(browser.cookieHeader)).toBe(true);
  });

  it('without a valid CSRF token ends no session', async () => {
    const browser = await signedIn();
    await browser.signOut({ csrfToken: 'forged' });
    expect(await isValid(browser.cookieHeader)).toBe(true);
  });
});

describe('signing in', () => {
  it('starts a session with a new id and ends the previous session of the browser', async () => {
    const browser = await signedIn();
    const before = browser.cookieHeader;
    const [first] = await rows();
    await browser.signIn(CREDENTIALS);
    const [second, ...others] = await rows();
    expect(others).toEqual([]);
    expect(second?.id).not.toBe(first?.id);
    expect({ before: await isValid(before), after: await isValid(browser.cookieHeader) }).toEqual({
      before: false,
      after: true,
    });
  });

  it('keeps the previous session when it is refused', async () => {
    const browser = await signedIn();
    await browser.signIn({ ...CREDENTIALS, password: 'wrong horse' });
    expect(await isValid(browser.cookieHeader)).toBe(true);
  });

  it('ends the oldest session of a user with a hundred sessions', async () => {
    const first = await signedIn();
    clock.advance(1_000);
    const columns = { userId, createdAt: new Date(clock.now()), expiresAt: new Date(clock.now() + 30 * DAY) };
    await database.client.browserSession.createMany({
      data: Array.from({ length: 99 }, (_, n) => ({ id: `session ${n}`, ...columns })),
    });
    expect(await isValid(first.cookieHeader)).toBe(true);
    clock.advance(1_000);
    const last = await signedIn();
    expect(await rows()).toHaveLength(100);
    expect({ first: await isValid(first.cookieHeader), last: await isValid(last.cookieHeader) }).toEqual({
      first: false,
      last: true,
    });
  });
});

describe('a session', () => {
  it('ends 90 days after its sign-in, however often it is renewed', async () => {
    const browser = await signedIn();
    for (let day = 1; day < 90; day += 1) {
      clock.advance(DAY);
      expect(await browser.session()).toHaveProperty('user.email', CREDENTIALS.email);
    }
    clock.advance(DAY - 1_000);
    expect(await isValid(browser.cookieHeader)).toBe(true);
    clock.advance(1_000);
    expect(await isValid(browser.cookieHeader)).toBe(false);
    expect(await browser.session()).toEqual({});
  });

  it('ends when it is not renewed for 30 days', async () => {
    const browser = await signedIn();
    clock.advance(10 * DAY);
    expect(await browser.session()).toHaveProperty('expires', new Date(clock.now() + 30 * DAY).toISOString());
    clock.advance(30 * DAY - 1_000);
    expect(await isValid(browser.cookieHeader)).toBe(true);
    clock.advance(1_000);
    expect(await isValid(browser.cookieHeader)).toBe(false);
  });

  it('ends with its row when that expired before its cookie', async () => {
    const browser = await signedIn();
    await database.client.browserSession.updateMany({ data: { expiresAt: new Date(clock.now()) } });
    expect(await isValid(browser.cookieHeader)).toBe(false);
  });

  it('is written once a day at most when it is renewed', async () => {
    const browser = await signedIn();
    const [before] = await rows();
    clock.advance(DAY - 1_000);
    await browser.session();
    expect(await rows()).toEqual([before]);
    clock.advance(1_000);
    await browser.session();
    expect(await rows()).toEqual([{ ...before, expiresAt: new Date(clock.now() + 30 * DAY) }]);
  });

  it('survives a failed renewal', async () => {
    const browser = await signedIn();
    clock.advance(2 * DAY);
    await withoutSessionTable(async () => {
      expect(await browser.session()).toHaveProperty('user', {});
    });
    expect(await isValid(browser.cookieHeader)).toBe(true);
  });

  it('is not valid for another user', async () => {
    const browser = await signedIn();
    const bob = await auth.users.create({ ...CREDENTIALS, email: 'bob@example.org' });
    await database.client.browserSession.updateMany({ data: { userId: bob.id } });
    expect(await auth.principalOf(new Headers({ cookie: browser.cookieHeader }))).toBeUndefined();
  });
});
