import { randomUUID } from 'node:crypto';
import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Auth } from '../auth.ts';
import { AuthError } from '../auth-error.ts';
import { authUnderTest } from '../testing/auth-under-test.ts';
import { Browser } from '../testing/browser.ts';

const email = 'ann@example.org';
const password = 'correct horse';
const next = 'battery staple';

let database: Database;
let auth: Auth;
const log: string[] = [];
/** Called before the data of an owner are erased. */
let beforeErase: (ownerId: string) => Promise<void>;

beforeAll(async () => {
  database = await openTestDatabase();
  auth = authUnderTest({
    database,
    logger: createLogger({ level: 'debug', destination: { write: (line) => log.push(line) } }),
    async eraseOwner(ownerId) {
      await beforeErase(ownerId);
      await database.client.identification.deleteMany({ where: { ownerId } });
    },
  });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.client.$executeRaw`TRUNCATE "User" CASCADE`;
  beforeErase = async () => undefined;
  log.length = 0;
});

const newUser = async (data: { role?: 'admin'; email?: string } = {}) =>
  (await auth.users.create({ email, password, ...data })).id;
const withoutPassword = async () => {
  const id = await newUser();
  await database.client.user.update({ where: { id }, data: { passwordHash: null } });
  return id;
};
const rowOf = (id: string) => database.client.user.findUnique({ where: { id } });

async function signedIn(credentials = { email, password }): Promise<() => Promise<string | undefined>> {
  const browser = new Browser(auth);
  await browser.signIn(credentials);
  return async () => (await auth.principalOf(new Headers({ cookie: browser.cookieHeader })))?.userId;
}

async function identify(ownerId: string): Promise<void> {
  await database.client.identification.create({
    data: {
      id: randomUUID(),
      ownerId,
      createdAt: new Date(),
      isPlant: true,
      demo: false,
      partial: false,
      options: {},
      result: {},
      photosState: 'kept',
    },
  });
}

async function addOverride(byUserId: string): Promise<void> {
  const columns = { reason: 'r', createdAt: new Date() };
  await database.client.circuitOverride.create({
    data: { id: randomUUID(), provider: 'plant_id', action: 'isolate', byUserId, ...columns },
  });
  await database.client.auditEntry.create({
    data: {
      id: randomUUID(),
      at: new Date(),
      actorId: byUserId,
      action: 'a',
      target: 't',
      reason: 'r',
      before: {},
      after: {},
    },
  });
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof AuthError ? error.code : 'failed'),
  );

describe('registering', () => {
  it('creates a user on the free tier, who can sign in', async () => {
    const registered = await auth.accounts.register({ email: ' Ann@Example.ORG ', password, name: '  Ann\t' });
    expect(registered).toEqual({ userId: registered.userId, email, name: 'Ann', role: 'user', tier: 'free' });
    expect(await (await signedIn())()).toBe(registered.userId);
  });

  it('needs no name', async () => {
    expect(await auth.accounts.register({ email, password })).not.toHaveProperty('name');
    expect(await auth.accounts.register({ email: 'bob@example.org', password, name: ' ' })).not.toHaveProperty('name');
  });

  it('ignores role and tier of the request', async () => {
    const person = { email, password, role: 'admin', tier: 'enterprise' };
    expect(await auth.accounts.register(person)).toMatchObject({ role: 'user', tier: 'free' });
  });

  it.each([
    ['email_taken', { email: 'BOB@example.org' }],
    ['invalid_email', { email: 'ann' }],
    ['invalid_email', { email: 'ann@example.org\0' }],
    ['invalid_password', { password: 'short' }],
    ['invalid_password', { password: 'x'.repeat(201) }],
    ['invalid_name', { name: 'Ann\u0007' }],
  ])('is refused with %s: %j', async (code, change) => {
    await newUser({ email: 'bob@example.org' });
    expect(await codeOf(auth.accounts.register({ email, password, ...change }))).toBe(code);
    expect(await database.client.user.count()).toBe(1);
  });
});

describe('changing the password', () => {
  it('replaces the old one and ends every session and token', async () => {
    const id = await newUser();
    const [here, there] = [await signedIn(), await signedIn()];
    const grant = await auth.tokens.issue({ email, password });
    if (grant === undefined || grant === 'disabled') throw new Error('no grant');
    await auth.accounts.changePassword(id, { current: password, next });

    expect(await here()).toBeUndefined();
    expect(await there()).toBeUndefined();
    expect(await auth.principalOf(new Headers({ authorization: `Bearer ${grant.accessToken}` }))).toBeUndefined();
    expect(await auth.tokens.refresh(grant.refreshToken)).toBeUndefined();
    expect(await (await signedIn())()).toBeUndefined();
    expect(await (await signedIn({ email, password: next }))()).toBe(id);
  });

  it.each([
    ['wrong_password', { current: 'wrong horse' }],
    ['wrong_password', { current: '' }],
    ['invalid_password', { next: 'short' }],
    ['invalid_password', { next: 'x'.repeat(201) }],
  ])('is refused with %s: %j, and ends no session', async (code, change) => {
    const id = await newUser();
    const session = await signedIn();
    expect(await codeOf(auth.accounts.changePassword(id, { current: password, next, ...change }))).toBe(code);
    expect(await session()).toBe(id);
    expect(await (await signedIn())()).toBe(id);
  });

  it('is refused for a user without a password', async () => {
    const id = await withoutPassword();
    expect(await codeOf(auth.accounts.changePassword(id, { current: password, next }))).toBe('wrong_password');
    expect(await codeOf(auth.accounts.changePassword('unknown', { current: password, next }))).toBe('wrong_password');
    expect(await rowOf(id)).toMatchObject({ passwordHash: null, sessionEpoch: 0 });
  });

  it('succeeds once when it is requested four times at once', async () => {
    const id = await newUser();
    const codes = await Promise.all(
      [0, 1, 2, 3].map((n) => codeOf(auth.accounts.changePassword(id, { current: password, next: `${next} ${n}` }))),
    );
    expect(codes.toSorted()).toEqual(['done', 'wrong_password', 'wrong_password', 'wrong_password']);
    expect(await (await signedIn({ email, password: `${next} ${codes.indexOf('done')}` }))()).toBe(id);
  });
});

describe('signing out everywhere', () => {
  it('ends all sessions of the user, and no session of another', async () => {
    const id = await newUser();
    const bob = await newUser({ email: 'bob@example.org' });
    const [here, there] = [await signedIn(), await signedIn()];
    const bobs = await signedIn({ email: 'bob@example.org', password });
    await auth.accounts.signOutEverywhere(id);
    expect({ here: await here(), there: await there(), bob: await bobs() }).toEqual({
      here: undefined,
      there: undefined,
      bob,
    });
    expect(await (await signedIn())()).toBe(id);
  });

  it('does nothing for an unknown user', () =>
    expect(codeOf(auth.accounts.signOutEverywhere('unknown'))).resolves.toBe('done'));
});

describe('hasPassword', () => {
  it('is true only for a user with a password', async () => {
    expect(await auth.accounts.hasPassword(await newUser({ email: 'bob@example.org' }))).toBe(true);
    expect(await auth.accounts.hasPassword(await withoutPassword())).toBe(false);
    expect(await auth.accounts.hasPassword('unknown')).toBe(false);
  });
});

describe('removing an account', () => {
  it('deletes all its rows, and frees the address', async () => {
    const id = await newUser();
    const session = await signedIn();
    await auth.tokens.issue({ email, password });
    await database.client.linkedAccount.create({
      data: { issuer: 'https://i.example', subject: '1', userId: id, createdAt: new Date() },
    });
    await identify(id);
    await auth.accounts.delete(id, { password });

    expect(await session()).toBeUndefined();
    expect(await rowOf(id)).toBeNull();
    const { browserSession, identification, linkedAccount, tokenFamily } = database.client;
    const rowsLeft = await Promise.all(
      [browserSession, identification, linkedAccount, tokenFamily].map((table: { count(): Promise<number> }) =>
        table.count(),
      ),
    );
    expect(rowsLeft).toEqual([0, 0, 0, 0]);
    expect(await (await signedIn())()).toBeUndefined();
    expect(await codeOf(auth.accounts.register({ email, password }))).toBe('done');
  });

  it.each([
    ['a wrong', { password: 'wrong horse' }],
    ['no', {}],
  ])('is refused with %s password, and erases no data', async (_what, confirmation) => {
    const id = await newUser();
    const session = await signedIn();
    await identify(id);
    expect(await codeOf(auth.accounts.delete(id, confirmation))).toBe('wrong_password');
    expect(await database.client.identification.count()).toBe(1);
    expect(await session()).toBe(id);
  });

  it('needs no password for a user without one', async () => {
    const id = await withoutPassword();
    await auth.accounts.delete(id, {});
    expect(await rowOf(id)).toBeNull();
  });

  it('succeeds for an account that is deleted already', async () => {
    const id = await newUser();
    await auth.accounts.delete(id, { password });
    expect(await codeOf(auth.accounts.delete(id, { password }))).toBe('done');
  });

  it('keeps the account when erasing fails, so that its owner can try again', async () => {
    const id = await newUser();
    const session = await signedIn();
    await identify(id);
    beforeErase = () => Promise.reject(new Error('disk'));
    await expect(auth.accounts.delete(id, { password })).rejects.toThrow('disk');
    expect(await session()).toBe(id);
    beforeErase = async () => undefined;
    await auth.accounts.delete(id, { password });
    expect(await rowOf(id)).toBeNull();
  });

  it('erases identifications that are made meanwhile', async () => {
    const id = await newUser();
    let erased = 0;
    const { client } = database;
    const { identification } = client;
    const racing = authUnderTest({
      database,
      async eraseOwner(ownerId) {
        await identification.deleteMany({ where: { ownerId } });
        erased += 1;
        if (erased < 3) await identify(ownerId);
      },
    });
    await racing.accounts.delete(id, { password });
    expect(erased).toBe(3);
    expect(await identification.count()).toBe(0);
    expect(await rowOf(id)).toBeNull();
  });

  it('keeps a row without personal data for overrides and audit entries that refer to it', async () => {
    await newUser({ email: 'other@example.org', role: 'admin' });
    const id = await newUser({ role: 'admin' });
    await addOverride(id);
    await identify(id);
    await auth.tokens.issue({ email, password });
    const calls = { day: new Date('2026-03-01T00:00:00Z'), path: '/api/auth/me', writer: 'here', count: 1 };
    await database.client.legacyUse.create({ data: { ...calls, client: id, userId: id } });
    const session = await signedIn();
    await auth.accounts.delete(id, { password });

    const row = await rowOf(id);
    expect(row).toMatchObject({ name: null, passwordHash: null, role: 'user', tier: 'free' });
    expect(row?.disabledAt).toBeInstanceOf(Date);
    expect(row?.email).toMatch(/^[0-9a-f-]{36}@removed\.invalid$/);
    expect(row?.email).not.toContain(id);
    expect(await session()).toBeUndefined();
    expect(await database.client.auditEntry.count({ where: { actorId: id } })).toBe(1);
    expect(await database.client.circuitOverride.count({ where: { byUserId: id } })).toBe(1);
    expect(await database.client.identification.count()).toBe(0);
    expect(await database.client.tokenFamily.count()).toBe(0);
    expect(await database.client.browserSession.count()).toBe(0);
    expect(await database.client.legacyUse.count({ where: { client: id } })).toBe(0);
    expect(await (await signedIn())()).toBeUndefined();
    expect(await codeOf(auth.accounts.register({ email, password }))).toBe('done');
    // A second removal changes nothing.
    expect(await codeOf(auth.accounts.delete(id, {}))).toBe('done');
  });

  it('is refused for the last admin, and erases no data', async () => {
    const id = await newUser({ role: 'admin' });
    await newUser({ email: 'bob@example.org' });
    const disabled = await newUser({ email: 'old@example.org', role: 'admin' });
    await database.client.user.update({ where: { id: disabled }, data: { disabledAt: new Date() } });
    await identify(id);
    expect(await codeOf(auth.accounts.delete(id, { password }))).toBe('last_admin');
    expect(await database.client.identification.count()).toBe(1);
  });

  it('leaves one admin when all admins remove themselves at once', async () => {
    const ids = await Promise.all([0, 1, 2].map((n) => newUser({ email: `a${n}@example.org`, role: 'admin' })));
    // All of them pass the first check.
    const all = Promise.withResolvers<void>();
    let waiting = 0;
    beforeErase = async () => {
      waiting += 1;
      if (waiting === ids.length) all.resolve();
      await all.promise;
    };
    const codes = await Promise.all(ids.map((id) => codeOf(auth.accounts.delete(id, { password }))));
    expect(codes.toSorted()).toEqual(['done', 'done', 'last_admin']);
    expect(await database.client.user.count({ where: { role: 'admin' } })).toBe(1);
  });
});

it('log entries of accounts name the user by id, without address or password', async () => {
  const { userId } = await auth.accounts.register({ email, password, name: 'Ann' });
  await codeOf(auth.accounts.changePassword(userId, { current: 'wrong horse', next }));
  await auth.accounts.changePassword(userId, { current: password, next });
  await auth.accounts.signOutEverywhere(userId);
  await auth.accounts.delete(userId, { password: next });
  const lines = log.map((line): unknown => JSON.parse(line));
  expect(lines).toMatchObject(
    [
      ['info', '[AUTH] Registered'],
      ['warn', '[AUTH] Wrong password of a signed-in user'],
      ['info', '[AUTH] Password changed'],
      ['info', '[AUTH] Signed out everywhere'],
      ['info', '[AUTH] Account removed'],
    ].map(([level, msg]) => ({ level, msg, userId })),
  );
  expect(log.join('')).not.toMatch(/horse|staple|ann|example/i);
});
