import { type Database, isDatabaseUnavailable, openDatabase } from '@plantcommunity/db';
import { type DatabaseProxy, openTestDatabase, startDatabaseProxy, testDatabaseUrl } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authUnderTest } from './testing/auth-under-test.ts';
import { Browser } from './testing/browser.ts';

const ann = { email: 'ann@example.org', password: 'correct horse' };
/** Twice the maximum wait of a caller. */
const BOUND_MS = 10_000;
const DAY_MS = 86_400_000;

describe('a principal while the database hangs', () => {
  let own: Database;
  let proxy: DatabaseProxy;
  let database: Database;
  beforeAll(async () => {
    own = await openTestDatabase();
    proxy = await startDatabaseProxy(testDatabaseUrl());
    database = openDatabase({ url: proxy.url, poolSize: 4 });
  });
  afterAll(async () => {
    proxy.thaw();
    await database.close();
    await proxy.close();
    await own.close();
  });

  it('is reported as unavailable within 5 s, while a valid session and token still name their user', async () => {
    const clock = new FakeClock(Date.now());
    const auth = authUnderTest({ database, clock });
    const { id } = await auth.users.create(ann);
    const browser = new Browser(auth);
    await browser.signIn(ann);
    const grant = await auth.tokens.issue(ann);
    if (grant === undefined || grant === 'disabled') throw new Error('no token was issued');
    const session = () => new Headers({ cookie: browser.cookieHeader });
    const token = () => new Headers({ authorization: `Bearer ${grant.accessToken}` });

    proxy.freeze();
    const began = performance.now();
    const confirmed = await Promise.allSettled([auth.principalOf(session()), auth.principalOf(token())]);
    expect(performance.now() - began).toBeLessThan(BOUND_MS);
    expect(confirmed.map((one) => one.status === 'rejected' && isDatabaseUnavailable(one.reason))).toEqual([
      true,
      true,
    ]);
    expect(await Promise.all([auth.claimedUser(session()), auth.claimedUser(token())])).toEqual([
      { userId: id },
      { userId: id },
    ]);

    const forged = new Headers({ authorization: `Bearer ${grant.accessToken.slice(0, -4)}AAAA` });
    expect(await auth.claimedUser(forged)).toBeUndefined();
    expect(await auth.claimedUser(new Headers())).toBeUndefined();
    clock.advance(31 * DAY_MS);
    expect(await Promise.all([auth.claimedUser(session()), auth.claimedUser(token())])).toEqual([undefined, undefined]);
  });
});
