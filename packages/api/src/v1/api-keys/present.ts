import type { ApiKey, CreatedApiKey } from '@plantcommunity/auth';
import type { WireApiKey, WireApiKeyList, WireCreatedApiKey } from './wire.ts';

export function presentApiKey({ createdAt, expiresAt, id, lastUsedAt, name, scopes, start }: ApiKey): WireApiKey {
  return {
    id,
    name,
    scopes: [...scopes],
    start,
    created_at: createdAt.toISOString(),
    ...(expiresAt && { expires_at: expiresAt.toISOString() }),
    ...(lastUsedAt && { last_used_at: lastUsedAt.toISOString() }),
  };
}

export function presentCreatedApiKey(created: CreatedApiKey): WireCreatedApiKey {
  return { ...presentApiKey(created), key: created.key };
}

export function presentApiKeys(keys: readonly ApiKey[]): WireApiKeyList {
  return { items: keys.map(presentApiKey) };
}
