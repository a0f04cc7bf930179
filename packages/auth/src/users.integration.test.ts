import { createHash } from 'node:crypto';
import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Auth } from './auth.ts';
import { AuthError } from './auth-error.ts';
import { authUnderTest } from './testing/auth-under-test.ts';
import { Browser } from './testing/browser.ts';

const password = 'correct horse';

let database: Database;
let auth: Auth;

beforeAll(async () => {
  database = await openTestDatabase();
  auth = authUnderTest({ database });
});
afterAll(() => database.close());
beforeEach(() => database.client.user.deleteMany());

describe('users', () => {
  it('have unique email addresses in any spelling, also when three register at once', async () => {
    const attempts = ['ann@example.org', 'ANN@example.org', ' Ann@Example.Org'].map((email) =>
      auth.users.create({ email, password }),
    );
    const outcomes = await Promise.all(
      attempts.map((attempt) =>
        attempt.then(
          () => 'created',
          (error: unknown) => (error instanceof AuthError ? error.code : 'failed'),
        ),
      ),
    );
    expect(outcomes.toSorted()).toEqual(['created', 'email_taken', 'email_taken']);
  });

  it('have only a hash of the password in the database', async () => {
    await auth.users.create({ email: 'ann@example.org', password });
    const row = await database.client.user.findUniqueOrThrow({ where: { email: 'ann@example.org' } });
    const sha = createHash('sha256').update(password).digest('hex');
    expect(JSON.stringify(row)).not.toMatch(new RegExp(`${password}|${sha}`));
    expect(row.passwordHash).toMatch(/^\$argon2id\$/);
  });
});

describe('the first admin', () => {
  it('is created with a password that is returned once', async () => {
    expect(await auth.users.hasAdmin()).toBe(false);
    const created = await auth.users.ensureAdmin({});
    expect(created).toMatchObject({ email: 'admin@plants.localhost', created: true });
    expect(await auth.users.hasAdmin()).toBe(true);
    expect(created.password).toHaveLength(20);
    expect(await auth.users.ensureAdmin({})).toEqual({ email: 'admin@plants.localhost', created: false });
    const browser = new Browser(auth);
    await browser.signIn({ email: created.email, password: created.password });
    expect(await auth.principalOf(new Headers({ cookie: browser.cookieHeader }))).toMatchObject({ role: 'admin' });
  });

  it('gets a new password, which ends their sessions', async () => {
    expect(await auth.users.renewAdminPassword()).toBeUndefined();
    const created = await auth.users.ensureAdmin({});
    const before = new Browser(auth);
    await before.signIn({ email: created.email, password: created.password });
    const renewed = await auth.users.renewAdminPassword();
    expect(renewed?.email).toBe(created.email);
    expect(renewed?.password).not.toBe(created.password);
    expect(await auth.principalOf(new Headers({ cookie: before.cookieHeader }))).toBeUndefined();
    const after = new Browser(auth);
    await after.signIn({ email: created.email, password: renewed?.password });
    expect(await auth.principalOf(new Headers({ cookie: after.cookieHeader }))).toMatchObject({ role: 'admin' });
  });

  it('is created with a given password, which is not returned', async () => {
    const wanted = { email: 'Boss@example.org', password: 'given at start' };
    expect(await auth.users.ensureAdmin(wanted)).toEqual({ email: 'boss@example.org', created: true });
    expect(await auth.users.ensureAdmin({ ...wanted, password: 'another one!' })).toEqual({
      email: 'boss@example.org',
      created: false,
    });
  });

  it('is created once in five concurrent starts', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => auth.users.ensureAdmin({})));
    expect(all.filter(({ created }) => created)).toHaveLength(1);
    expect(await database.client.user.count({ where: { role: 'admin' } })).toBe(1);
  });

  it('is never a user who has registered the address', async () => {
    await auth.users.create({ email: 'boss@example.org', password });
    await expect(auth.users.ensureAdmin({ email: 'boss@example.org', password })).rejects.toMatchObject({
      code: 'email_taken',
    });
    expect(await database.client.user.count({ where: { role: 'admin' } })).toBe(0);
  });
});
