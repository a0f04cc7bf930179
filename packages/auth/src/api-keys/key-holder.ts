import type { ApiKeyScope, PrismaClient } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { type Principal, principalColumns, toPrincipal } from '../principal.ts';
import { hashOf, isWellFormed } from './key-text.ts';

/** Precision of a key's last use: one write an hour, however often the key is used. */
const LAST_USE_PRECISION_MS = 3_600_000;

/** The user of an API key, who may do what the scopes of the key allow. */
export interface KeyHolder extends Principal {
  apiKey: { id: string; scopes: readonly ApiKeyScope[] };
}

/**
 * Returns the user of an API key, with one query, and notes the use of the key. Undefined for a malformed, unknown,
 * revoked or expired key, and for a disabled account. @throws errors of the database
 */
export async function holderOfKey(
  key: string,
  { client, clock, logger }: { client: PrismaClient; clock: Clock; logger: Logger },
): Promise<KeyHolder | undefined> {
  if (!isWellFormed(key)) return undefined;
  const row = await client.apiKey.findUnique({
    where: { hash: hashOf(key) },
    include: { user: { select: { ...principalColumns, disabledAt: true } } },
  });
  if (row === null || row.user.disabledAt !== null) return undefined;
  const { expiresAt, id, lastUsedAt, scopes, user } = row;
  const now = clock.now();
  if (expiresAt !== null && expiresAt.getTime() <= now) return undefined;
  if (lastUsedAt === null || now - lastUsedAt.getTime() >= LAST_USE_PRECISION_MS) {
    try {
      await client.apiKey.updateMany({
        // Of concurrent calls one writes.
        where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lte: new Date(now - LAST_USE_PRECISION_MS) } }] },
        data: { lastUsedAt: new Date(now) },
      });
    } catch (error) {
      // The call does not depend on this note; the next one writes it.
      logger.warn({ err: error, keyId: id }, '[AUTH] The last use of an API key could not be written');
    }
  }
  return { ...toPrincipal(user), apiKey: { id, scopes } };
}
