import { randomUUID } from 'node:crypto';
import { type ApiKeyScope, Prisma, type PrismaClient, table } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { AuthError } from '../auth-error.ts';
import { requireName } from '../input-rules.ts';
import { generateKey, hashOf, startOf } from './key-text.ts';

/** What a key may do, in the order in which scopes are stored and shown. */
export const API_KEY_SCOPES = ['identify', 'read', 'write'] as const satisfies readonly ApiKeyScope[];

/** Maximum keys of a user, expired ones included: enough for one key a script. */
export const MAX_API_KEYS = 20;

/** A key as its user sees it again: without the key itself. */
export interface ApiKey {
  id: string;
  name: string;
  scopes: readonly ApiKeyScope[];
  /** First characters of the key, such as `plk_a1B2`. */
  start: string;
  createdAt: Date;
  /** Absent for a key that never expires. */
  expiresAt?: Date;
  /** Within the last hour before the last use; absent for a key that was never used. */
  lastUsedAt?: Date;
}

/** A new key. `key` is known only now: the database has its hash. */
export interface CreatedApiKey extends ApiKey {
  key: string;
}

export interface NewApiKey {
  /** Trimmed; 1 to 100 characters on one line. */
  name: string;
  /** At least one. */
  scopes: readonly ApiKeyScope[];
  expiresAt?: Date;
}

/**
 * Personal API keys of users, by which their scripts call the API. A key works until it is revoked or expires, or its
 * account is disabled or deleted; sessions and passwords do not matter to it.
 * @throws errors of the database
 */
export interface ApiKeys {
  /**
   * Creates a key. Undefined when the account was disabled or deleted meanwhile.
   * @throws {AuthError} `invalid_key_name`, `invalid_key_expiry` for an expiry in the past, `too_many_keys` for the 21st key
   */
  create(userId: string, wanted: NewApiKey): Promise<CreatedApiKey | undefined>;
  /** Returns the user's keys, the newest first, expired ones included. */
  list(userId: string): Promise<ApiKey[]>;
  /** Returns a key of the user; undefined for a key of another user, too. */
  find(userId: string, id: string): Promise<ApiKey | undefined>;
  /** Revokes a key at once. False when the user has no such key. */
  revoke(userId: string, id: string): Promise<boolean>;
}

export function createApiKeys({
  client,
  clock,
  logger,
}: {
  client: PrismaClient;
  clock: Clock;
  logger: Logger;
}): ApiKeys {
  return {
    async create(userId, { expiresAt, name, scopes }) {
      const now = clock.now();
      const key = generateKey();
      const row = {
        id: randomUUID(),
        userId,
        name: requireKeyName(name),
        hash: hashOf(key),
        start: startOf(key),
        scopes: API_KEY_SCOPES.filter((scope) => scopes.includes(scope)),
        createdAt: new Date(now),
        expiresAt: expiresAt ?? null,
      };
      if (expiresAt !== undefined && expiresAt.getTime() <= now) throw new AuthError('invalid_key_expiry');
      const created = await client.$transaction(async (transaction) => {
        if (!(await lockEnabledUser(transaction, userId))) return undefined;
        if ((await transaction.apiKey.count({ where: { userId } })) >= MAX_API_KEYS) {
          throw new AuthError('too_many_keys');
        }
        return transaction.apiKey.create({ data: row });
      });
      if (created === undefined) return undefined;
      logger.info({ userId, keyId: created.id, scopes: created.scopes }, '[AUTH] API key created');
      return { ...toApiKey(created), key };
    },
    async list(userId) {
      const rows = await client.apiKey.findMany({ where: { userId }, orderBy: [{ createdAt: 'desc' }, { id: 'asc' }] });
      return rows.map(toApiKey);
    },
    async find(userId, id) {
      const row = await client.apiKey.findFirst({ where: { id, userId } });
      return row === null ? undefined : toApiKey(row);
    },
    async revoke(userId, id) {
      const { count } = await client.apiKey.deleteMany({ where: { id, userId } });
      if (count > 0) logger.info({ userId, keyId: id }, '[AUTH] API key revoked');
      return count > 0;
    },
  };
}

function toApiKey(row: Prisma.ApiKeyGetPayload<object>): ApiKey {
  const { createdAt, expiresAt, id, lastUsedAt, name, scopes, start } = row;
  return {
    id,
    name,
    scopes,
    start,
    createdAt,
    ...(expiresAt !== null && { expiresAt }),
    ...(lastUsedAt !== null && { lastUsedAt }),
  };
}

/** @throws {AuthError} `invalid_key_name` */
function requireKeyName(value: string): string {
  try {
    const name = requireName(value);
    if (name !== undefined) return name;
  } catch (cause) {
    throw new AuthError('invalid_key_name', { cause });
  }
  throw new AuthError('invalid_key_name');
}

/**
 * Locks the user until the transaction ends, so that concurrent calls do not create more keys than are allowed, and no
 * key is created for an account that is being disabled. False for a user who does not exist or is disabled.
 */
async function lockEnabledUser(transaction: Prisma.TransactionClient, userId: string): Promise<boolean> {
  const rows = await transaction.$queryRaw<object[]>`
    SELECT "id" FROM ${table('User')} WHERE "id" = ${userId} AND "disabledAt" IS NULL FOR NO KEY UPDATE`;
  return rows.length > 0;
}
