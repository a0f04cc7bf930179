import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Auth } from '../auth.ts';
import { AuthError } from '../auth-error.ts';
import { authUnderTest } from '../testing/auth-under-test.ts';
import { type CreatedApiKey, MAX_API_KEYS, type NewApiKey } from './api-keys.ts';
import { generateKey } from './key-text.ts';

const HOUR_MS = 3_600_000;
const NOON = Date.UTC(2026, 2, 1, 12);
const ann = { email: 'ann@example.org', password: 'correct horse' };

let database: Database;
let clock: FakeClock;
let auth: Auth;
let userId: string;
const log: string[] = [];

beforeAll(async () => {
  database = await openTestDatabase({ poolSize: 8 });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.client.$executeRaw`TRUNCATE "User" CASCADE`;
  log.length = 0;
  clock = new FakeClock(NOON);
  auth = authUnderTest({
    database,
    clock,
    logger: createLogger({ level: 'debug', destination: { write: (line) => log.push(line) } }),
  });
  userId = (await auth.users.create({ ...ann, tier: 'pro' })).id;
});

const withKey = (key: string, headers: Record<string, string> = {}) =>
  new Headers({ ...headers, authorization: `Bearer ${key}` });
const callerOf = (key: string) => auth.callerOf(withKey(key));

async function createKey(wanted: Partial<NewApiKey> = {}, owner = userId): Promise<CreatedApiKey> {
  const key = await auth.apiKeys.create(owner, { name: 'Garden script', scopes: ['identify'], ...wanted });
  if (key === undefined) throw new Error('no key was created');
  return key;
}

describe('a new API key', () => {
  it('calls the API as its user, with its scopes', async () => {
    const { id, key } = await createKey({ scopes: ['write', 'read', 'read'] });
    expect(await callerOf(key)).toEqual({
      userId,
      email: ann.email,
      role: 'user',
      tier: 'pro',
      apiKey: { id, scopes: ['read', 'write'] },
    });
  });

  it('is listed without the key, the newest first', async () => {
    const first = await createKey({ name: '  Cafe\u0301 ' });
    clock.advance(1_000);
    const expiresAt = new Date(NOON + HOUR_MS);
    const second = await createKey({ name: 'Night job', scopes: ['read'], expiresAt });
    const listed = await auth.apiKeys.list(userId);
    expect(listed).toEqual([
      {
        id: second.id,
        name: 'Night job',
        scopes: ['read'],
        start: second.key.slice(0, 8),
        createdAt: new Date(NOON + 1_000),
        expiresAt,
      },
      {
        id: first.id,
        name: 'Caf\u00e9',
        scopes: ['identify'],
        start: first.key.slice(0, 8),
        createdAt: new Date(NOON),
      },
    ]);
    expect(await auth.apiKeys.find(userId, first.id)).toEqual(listed[1]);
  });

  it('is nowhere in the database or the log', async () => {
    const { key } = await createKey();
    await callerOf(key);
    const rows = await database.client.apiKey.findMany();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows) + log.join()).not.toContain(key.slice(0, 12));
    expect(log.join()).toContain('[AUTH] API key created');
  });

  it.each([
    ['invalid_key_name', { name: ' ' }],
    ['invalid_key_name', { name: 'two\nlines' }],
    ['invalid_key_name', { name: 'x'.repeat(101) }],
    ['invalid_key_expiry', { expiresAt: new Date(NOON) }],
  ] as const)('is refused with %s for %j', async (code, wanted) => {
    await expect(createKey(wanted)).rejects.toEqual(new AuthError(code));
    expect(await auth.apiKeys.list(userId)).toEqual([]);
  });

  it('is the twentieth at most, also of 25 that are created at once, and of expired ones', async () => {
    const expiresAt = new Date(NOON + HOUR_MS);
    const results = await Promise.allSettled(Array.from({ length: 25 }, () => createKey({ expiresAt })));
    const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(refusals).toEqual(Array.from({ length: 5 }, () => new AuthError('too_many_keys')));
    const keys = await auth.apiKeys.list(userId);
    expect(keys).toHaveLength(MAX_API_KEYS);

    clock.advance(HOUR_MS);
    await expect(createKey()).rejects.toEqual(new AuthError('too_many_keys'));
    await auth.apiKeys.revoke(userId, keys[0]?.id ?? '');
    expect((await callerOf((await createKey()).key))?.userId).toBe(userId);
    const berta = await auth.users.create({ ...ann, email: 'berta@example.org' });
    expect((await callerOf((await createKey({}, berta.id)).key))?.userId).toBe(berta.id);
  });

  it('is not created for an account that was disabled or deleted', async () => {
    await database.client.user.update({ where: { id: userId }, data: { disabledAt: new Date(NOON) } });
    const wanted = { name: 'late', scopes: ['read'] } as const;
    expect(await auth.apiKeys.create(userId, wanted)).toBeUndefined();
    expect(await auth.apiKeys.create('unknown', wanted)).toBeUndefined();
    expect(await database.client.apiKey.count()).toBe(0);
  });
});

describe('an API key', () => {
  it.each([
    ['unknown', async () => generateKey()],
    ['malformed', async () => `${(await createKey()).key}0`],
    ['mistyped', async () => (await createKey()).key.replace(/.$/, (last) => (last === '0' ? '1' : '0'))],
    [
      'revoked',
      async () => {
        const { id, key } = await createKey();
        await auth.apiKeys.revoke(userId, id);
        return key;
      },
    ],
    [
      'expired',
      async () => {
        const { key } = await createKey({ expiresAt: new Date(NOON + 1) });
        clock.advance(1);
        return key;
      },
    ],
    [
      'of a disabled account',
      async () => {
        const { key } = await createKey();
        await database.client.user.update({ where: { id: userId }, data: { disabledAt: new Date(NOON) } });
        return key;
      },
    ],
  ])('that is %s authenticates no one', async (_what, sent) => {
    const key = await sent();
    expect(await callerOf(key)).toBeUndefined();
  });

  it('is not looked up when it is malformed', async () => {
    await database.client.$executeRaw`ALTER TABLE "ApiKey" RENAME TO "Hidden"`;
    try {
      expect(await callerOf(`plk_${'a'.repeat(36)}`)).toBeUndefined();
      await expect(callerOf(generateKey())).rejects.toThrow('ApiKey');
    } finally {
      await database.client.$executeRaw`ALTER TABLE "Hidden" RENAME TO "ApiKey"`;
    }
  });

  it('signs no one in to pages, and cannot be believed without the database', async () => {
    const { key } = await createKey();
    expect(await auth.principalOf(withKey(key))).toBeUndefined();
    expect(await auth.claimedUser(withKey(key))).toBeUndefined();
  });

  it('is revoked by its user only, once', async () => {
    const { id, key } = await createKey();
    const berta = (await auth.users.create({ ...ann, email: 'berta@example.org' })).id;
    expect(await auth.apiKeys.find(berta, id)).toBeUndefined();
    expect(await auth.apiKeys.list(berta)).toEqual([]);
    expect(await auth.apiKeys.revoke(berta, id)).toBe(false);
    expect((await callerOf(key))?.userId).toBe(userId);
    expect(await auth.apiKeys.revoke(userId, id)).toBe(true);
    expect(await auth.apiKeys.revoke(userId, id)).toBe(false);
    expect(await callerOf(key)).toBeUndefined();
  });

  it('outlives sessions, passwords and the secrets that sign them', async () => {
    const { key } = await createKey();
    await auth.accounts.signOutEverywhere(userId);
    await auth.accounts.changePassword(userId, { current: ann.password, next: 'battery staple' });
    const rotated = authUnderTest({ database, clock, secrets: ['another secret of 32 bytes or more'] });
    expect((await rotated.callerOf(withKey(key)))?.userId).toBe(userId);
  });

  it('ends when its account is disabled, and enabling the account does not bring it back', async () => {
    const { key } = await createKey();
    const change = (work: 'disable' | 'enable') =>
      database.client.$transaction(async (transaction) => {
        const account = await auth.administration.lock(transaction, userId);
        if (account !== undefined) await auth.administration[work](transaction, account);
      });
    await change('disable');
    await change('enable');
    expect(await callerOf(key)).toBeUndefined();
  });

  it.each([
    ['nothing else refers to it', async () => undefined],
    [
      'the audit trail keeps its id',
      () =>
        database.client.auditEntry.create({
          data: {
            id: 'entry',
            at: new Date(NOON),
            actorId: userId,
            action: 'circuit.reset',
            target: 'plant_id',
            reason: 'Outage is over.',
            before: {},
            after: {},
          },
        }),
    ],
  ])('ends with its account, when %s', async (_when, refer) => {
    const { key } = await createKey();
    await refer();
    await auth.accounts.delete(userId, { password: ann.password });
    expect(await callerOf(key)).toBeUndefined();
    expect(await database.client.apiKey.count()).toBe(0);
  });

  it('follows its account: role and tier are those of now', async () => {
    const { key } = await createKey();
    await database.client.user.update({ where: { id: userId }, data: { tier: 'premium', role: 'admin' } });
    expect(await callerOf(key)).toMatchObject({ tier: 'premium', role: 'admin' });
  });
});

describe('the last use of an API key', () => {
  const lastUse = async () => (await auth.apiKeys.list(userId))[0]?.lastUsedAt?.getTime();

  it('is absent at first, and written at most once an hour', async () => {
    const { key } = await createKey();
    expect(await lastUse()).toBeUndefined();
    await Promise.all(Array.from({ length: 5 }, () => callerOf(key)));
    expect(await lastUse()).toBe(NOON);
    clock.advance(HOUR_MS - 1);
    await callerOf(key);
    expect(await lastUse()).toBe(NOON);
    clock.advance(1);
    await callerOf(key);
    expect(await lastUse()).toBe(NOON + HOUR_MS);
  });

  it('that cannot be written does not refuse the call', async () => {
    const { id, key } = await createKey();
    await database.client.$executeRaw`ALTER TABLE "ApiKey" ADD CONSTRAINT "unwritable" CHECK ("lastUsedAt" IS NULL)`;
    try {
      expect((await callerOf(key))?.userId).toBe(userId);
    } finally {
      await database.client.$executeRaw`ALTER TABLE "ApiKey" DROP CONSTRAINT "unwritable"`;
    }
    const lines = log.filter((line) => line.includes('could not be written'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(id);
  });
});
