import { type Auth, AuthError } from '@plantcommunity/auth';
import { authUnderTest } from '@plantcommunity/auth/testing/auth-under-test';
import type { Database } from '@plantcommunity/db';
import { openTestDatabase, usesOneSession } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuditTrail } from '../audit/audit-trail.ts';
import { listAudit } from '../audit/list-audit.ts';
import { OperationsError } from '../operations-error.ts';
import type { Operator } from '../operator.ts';
import { createUserOperations, type UserOperations } from './user-operations.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const HOUR = 3_600_000;
const reason = 'School project, asked by e-mail.';
const password = 'correct horse';
const next = 'battery staple';

let database: Database;
let clock: FakeClock;
let auth: Auth;
let users: UserOperations;
let ada: string;
let jr: string;
const log: string[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.client.$executeRaw`TRUNCATE "User" CASCADE`;
  log.length = 0;
  clock = new FakeClock(NOON);
  const logger = createLogger({ level: 'debug', destination: { write: (line) => log.push(line) } });
  auth = authUnderTest({ database, clock, logger });
  users = createUserOperations({
    client: database.client,
    accounts: auth.administration,
    audit: new AuditTrail(clock),
  });
  ada = (await auth.users.create({ email: 'ada@example.org', password, role: 'admin' })).id;
  jr = (await auth.users.create({ email: 'j.r@example.org', password, name: 'J. R.' })).id;
});

const by = (userId = ada): Operator => ({ userId, requestId: `request of ${userId}`, address: '203.0.113.7' });
const audit = async () => (await listAudit(database.client, { limit: 50 })).entries;
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof OperationsError || error instanceof AuthError ? error.code : String(error)),
  );
const signIn = (email: string, typed = password) => auth.tokens.issue({ email, password: typed });

async function accessOf(email: string): Promise<() => Promise<string | undefined>> {
  const grant = await signIn(email);
  const token = typeof grant === 'object' ? grant.accessToken : '';
  return async () => (await auth.principalOf(new Headers({ authorization: `Bearer ${token}` })))?.role;
}

describe('a change of a tier', () => {
  it('is made and recorded together', async () => {
    const account = await users.setTier(by(), { userId: jr, reason: ` ${reason}\n`, tier: 'pro' });
    expect(account).toMatchObject({ email: 'j.r@example.org', tier: 'pro' });
    expect(await audit()).toMatchObject([
      {
        action: 'user.set_tier',
        target: jr,
        targetEmail: 'j.r@example.org',
        actor: 'ada@example.org',
        reason,
        before: { tier: 'free' },
        after: { tier: 'pro' },
        requestId: `request of ${ada}`,
        address: '203.0.113.7',
      },
    ]);
  });

  it.each([
    ['invalid_reason', () => ({ userId: jr, reason: 'too short', tier: 'pro' as const })],
    ['unknown_user', () => ({ userId: 'none', reason, tier: 'pro' as const })],
    ['unchanged', () => ({ userId: jr, reason, tier: 'free' as const })],
  ])('that is refused as %s changes and records nothing', async (code, change) => {
    expect(await codeOf(users.setTier(by(), change()))).toBe(code);
    expect(await users.get(jr)).toMatchObject({ tier: 'free' });
    expect(await audit()).toEqual([]);
  });

  it('is refused to an operator who is no admin any more', async () => {
    expect(await codeOf(users.setTier(by(jr), { userId: jr, reason, tier: 'pro' }))).toBe('not_admin');
    expect(await audit()).toEqual([]);
  });

  it('does not reach an account that was deleted', async () => {
    await users.setTier(by(), { userId: jr, reason, tier: 'pro' });
    await users.setRole(by(), { userId: jr, reason, role: 'admin' });
    await users.setTier(by(jr), { userId: ada, reason, tier: 'pro' });
    await auth.accounts.delete(jr, { password });
    expect(await codeOf(users.enable(by(), { userId: jr, reason }))).toBe('unknown_user');
    expect(await codeOf(users.get(jr))).toBe('unknown_user');
    expect((await users.list({ limit: 10 })).accounts.map(({ email }) => email)).toEqual(['ada@example.org']);
  });
});

describe('a change of a role', () => {
  it('takes effect on sessions that are open', async () => {
    const role = await accessOf('j.r@example.org');
    expect(await role()).toBe('user');
    await users.setRole(by(), { userId: jr, reason, role: 'admin' });
    expect(await role()).toBe('admin');
    await users.setRole(by(), { userId: jr, reason, role: 'user' });
    expect(await role()).toBe('user');
    expect(await audit()).toMatchObject([
      { action: 'user.set_role', before: { role: 'admin' }, after: { role: 'user' } },
      { action: 'user.set_role', before: { role: 'user' }, after: { role: 'admin' } },
    ]);
  });
});

describe('the last admin who can sign in', () => {
  it('can neither lose the role nor be disabled', async () => {
    expect(await codeOf(users.setRole(by(), { userId: ada, reason, role: 'user' }))).toBe('last_admin');
    expect(await codeOf(users.disable(by(), { userId: ada, reason }))).toBe('last_admin');
    await users.setRole(by(), { userId: jr, reason, role: 'admin' });
    await users.disable(by(), { userId: jr, reason });
    expect(await codeOf(users.disable(by(), { userId: ada, reason }))).toBe('last_admin');
    expect(await users.get(ada)).toMatchObject({ role: 'admin' });
  });

  it.for(['setRole', 'disable'] as const)('stays when two admins %s each other at once', async (change, context) => {
    context.skip(await usesOneSession(database), 'PGlite has one session and no lock waits');
    await users.setRole(by(), { userId: jr, reason, role: 'admin' });
    const demote = (operator: string, userId: string) =>
      change === 'setRole'
        ? users.setRole(by(operator), { userId, reason, role: 'user' })
        : users.disable(by(operator), { userId, reason });
    for (let round = 0; round < 10; round += 1) {
      // oxlint-disable-next-line no-await-in-loop -- rounds of one race
      const codes = await Promise.all([codeOf(demote(ada, jr)), codeOf(demote(jr, ada))]);
      expect(codes.toSorted()).toEqual(['done', expect.stringMatching(/^(?:last_admin|not_admin)$/)]);
      const active = { role: 'admin', disabledAt: null } as const;
      // oxlint-disable-next-line no-await-in-loop -- rounds of one race
      expect(await database.client.user.count({ where: active })).toBe(1);
      // oxlint-disable-next-line no-await-in-loop -- rounds of one race
      await database.client.user.updateMany({ data: active });
    }
  });
});

describe('disabling an account', () => {
  it('ends sessions, tokens and API keys at once, which enabling does not bring back', async () => {
    const role = await accessOf('j.r@example.org');
    const expiresAt = new Date(NOON + 1);
    await auth.apiKeys.create(jr, { name: 'Script', scopes: ['read'] });
    await auth.apiKeys.create(jr, { name: 'Short-lived script', scopes: ['read'], expiresAt });
    expect(await users.get(jr)).toMatchObject({ sessions: { browsers: 0, apps: 1 }, apiKeys: 2 });
    expect(await users.disable(by(), { userId: jr, reason })).toMatchObject({
      disabledAt: new Date(NOON),
      sessions: { browsers: 0, apps: 0 },
      apiKeys: 0,
    });
    expect(await role()).toBeUndefined();
    expect(await signIn('j.r@example.org')).toBe('disabled');
    expect(await codeOf(users.disable(by(), { userId: jr, reason }))).toBe('unchanged');

    const enabled = await users.enable(by(), { userId: jr, reason });
    expect({ isDisabled: 'disabledAt' in enabled, apiKeys: enabled.apiKeys }).toEqual({
      isDisabled: false,
      apiKeys: 0,
    });
    expect(await role()).toBeUndefined();
    expect(await signIn('j.r@example.org')).toBeTypeOf('object');
    expect(await audit()).toMatchObject([
      { action: 'user.enable', before: { disabled: true }, after: { disabled: false } },
      { action: 'user.disable', before: { disabled: false }, after: { disabled: true } },
    ]);
  });
});

describe('a sign-in link', () => {
  const request = { requestId: 'request with the link', address: '198.51.100.1' };
  const make = () => users.makeSignInLink(by(), { userId: jr, reason });
  const use = (token: string) => users.useSignInLink({ token, password: next }, request);

  it('sets a new password once, and ends all sessions and tokens', async () => {
    const role = await accessOf('j.r@example.org');
    const { expiresAt, token, user } = await make();
    expect({ expiresAt, state: user.signInLink }).toEqual({
      expiresAt: new Date(NOON + HOUR),
      state: { link: 'unused', until: new Date(NOON + HOUR) },
    });
    expect(await users.findSignInLink(token)).toMatchObject({ email: 'j.r@example.org' });
    expect(await role()).toBe('user');

    expect(await use(token)).toEqual({ email: 'j.r@example.org' });
    expect(await role()).toBeUndefined();
    expect(await signIn('j.r@example.org')).toBeUndefined();
    expect(await signIn('j.r@example.org', next)).toBeTypeOf('object');
    expect(await codeOf(use(token))).toBe('invalid_link');
    expect(await codeOf(users.findSignInLink(token))).toBe('invalid_link');
    expect(await users.get(jr)).toMatchObject({ signInLink: { link: 'used' } });
  });

  it('is recorded when it is made and when it is used, and its token nowhere', async () => {
    const { token } = await make();
    await use(token);
    const entries = await audit();
    const until = new Date(NOON + HOUR).toISOString();
    expect(entries).toMatchObject([
      {
        action: 'user.use_sign_in_link',
        actor: 'j.r@example.org',
        target: jr,
        reason,
        before: { link: 'unused', until },
        after: { link: 'used' },
        requestId: 'request with the link',
      },
      {
        action: 'user.make_sign_in_link',
        actor: 'ada@example.org',
        target: jr,
        reason,
        before: { link: 'none' },
        after: { link: 'unused', until },
      },
    ]);
    expect(entries[0]).not.toHaveProperty('address');
    const rows = await database.client.signInLink.findMany();
    expect(JSON.stringify([log, entries, rows])).not.toContain(token);
    expect(log.join('')).toContain('[AUTH] Password set by a sign-in link');
  });

  it.each<[string, (token: string) => unknown]>([
    ['after an hour', () => clock.advance(HOUR)],
    ['once another was made', make],
    ['once the password was changed', () => auth.accounts.changePassword(jr, { current: password, next: `${next}!` })],
    ['once all sessions were ended', () => auth.accounts.signOutEverywhere(jr)],
    ['once the account was disabled', () => users.disable(by(), { userId: jr, reason })],
    [
      'once the account was disabled and enabled again',
      async () => {
        await users.disable(by(), { userId: jr, reason });
        await users.enable(by(), { userId: jr, reason });
      },
    ],
    ['once the account was deleted', () => auth.accounts.delete(jr, { password })],
  ])('cannot be used %s', async (_when, meanwhile) => {
    const { token } = await make();
    await meanwhile(token);
    expect(await codeOf(users.findSignInLink(token))).toBe('invalid_link');
    expect(await codeOf(use(token))).toBe('invalid_link');
    expect((await audit()).map(({ action }) => action)).not.toContain('user.use_sign_in_link');
  });

  it('is used once by requests at the same time', async () => {
    const { token } = await make();
    const codes = await Promise.all(Array.from({ length: 4 }, () => codeOf(use(token))));
    expect(codes.toSorted()).toEqual(['done', 'invalid_link', 'invalid_link', 'invalid_link']);
    expect((await audit()).filter(({ action }) => action === 'user.use_sign_in_link')).toHaveLength(1);
  });

  it('stays usable after a password that is refused', async () => {
    const { token } = await make();
    expect(await codeOf(users.useSignInLink({ token, password: 'short' }, request))).toBe('invalid_password');
    expect(await codeOf(use(token))).toBe('done');
  });

  it('is not made for a disabled account', async () => {
    await users.disable(by(), { userId: jr, reason });
    expect(await codeOf(make())).toBe('user_disabled');
  });

  it('gives a password to an account without one', async () => {
    await database.client.user.update({ where: { id: jr }, data: { passwordHash: null } });
    await use((await make()).token);
    expect(await users.get(jr)).toMatchObject({ hasPassword: true });
  });
});

describe('the list of users', () => {
  beforeEach(async () => {
    for (const [email, tier] of [
      ['anna_b@example.org', 'pro'],
      ['annaxb@example.org', 'premium'],
    ] as const) {
      clock.advance(1_000);
      // oxlint-disable-next-line no-await-in-loop -- in the order of their creation
      await auth.users.create({ email, password, tier, name: 'Anna Berg' });
    }
    await users.disable(by(), { userId: jr, reason });
  });

  const emailsOf = async (query: Partial<Parameters<UserOperations['list']>[0]>) =>
    (await users.list({ limit: 10, ...query })).accounts.map(({ email }) => email);

  it.each([
    [{}, 4],
    [{ search: 'BERG' }, 2],
    [{ search: 'anna_b' }, 1],
    [{ search: '%' }, 0],
    [{ search: 'j. r' }, 1],
    [{ role: 'admin' as const }, 1],
    [{ tier: 'premium' as const }, 1],
    [{ isDisabled: true }, 1],
    [{ isDisabled: false, search: 'example' }, 3],
  ])('narrowed by %j has %i accounts', async (query, count) => {
    const page = await users.list({ limit: 10, ...query });
    expect({ shown: page.accounts.length, total: page.total }).toEqual({ shown: count, total: count });
  });

  it('comes in pages, newest first, that repeat and skip nothing', async () => {
    const first = await users.list({ limit: 3 });
    expect(first.total).toBe(4);
    clock.advance(1_000);
    await auth.users.create({ email: 'new@example.org', password });
    const rest = await emailsOf({ cursor: first.nextCursor });
    const all = [...first.accounts.map(({ email }) => email), ...rest];
    expect(all.slice(0, 2)).toEqual(['annaxb@example.org', 'anna_b@example.org']);
    expect(all.toSorted()).toEqual(['ada@example.org', 'anna_b@example.org', 'annaxb@example.org', 'j.r@example.org']);
  });
});
