import type {
  Accounts,
  ApiKeys,
  Auth,
  CreatedApiKey,
  KeyHolder,
  Principal,
  TokenGrant,
  Tokens,
} from '@plantcommunity/auth';

export const anna: Principal = { userId: 'anna', email: 'anna@example.org', role: 'user', tier: 'pro' };
/** Another user. */
const berta: Principal = { userId: 'berta', email: 'berta@example.org', role: 'user', tier: 'free' };
export const ada: Principal = { userId: 'ada', email: 'ada@example.org', role: 'admin', tier: 'enterprise' };

/**
 * Callers by the cookie `session=anna` or the header `Authorization: Bearer anna`. The keys `plk_identify`, `plk_read` and
 * `plk_write` are Anna's with that scope; `plk_ada` has all scopes.
 */
const CALLERS: Readonly<Record<string, Principal | KeyHolder>> = {
  anna,
  berta,
  ada,
  plk_identify: { ...anna, apiKey: { id: 'key-1', scopes: ['identify'] } },
  plk_read: { ...anna, apiKey: { id: 'key-2', scopes: ['read'] } },
  plk_write: { ...anna, apiKey: { id: 'key-3', scopes: ['write'] } },
  plk_ada: { ...ada, apiKey: { id: 'key-4', scopes: ['identify', 'read', 'write'] } },
};

const callerOf: Auth['callerOf'] = async (headers) => {
  const [, token] = /^bearer\s*(.*)$/i.exec(headers.get('authorization') ?? '') ?? [];
  return CALLERS[token ?? headers.get('cookie')?.replace('session=', '') ?? ''];
};

/** Anna's API key. */
export const annasKey: CreatedApiKey = {
  id: '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b4',
  name: 'Garden script',
  scopes: ['identify'],
  start: 'plk_0123',
  createdAt: new Date('2026-03-01T12:00:00Z'),
  key: 'plk_0123456789ABCDEFGHIJKLMNOPQRST4PMbyp',
};

/** Creates the part of auth that has one API key, of one user. */
export function keysOf(owner: string): ApiKeys {
  const { key: _key, ...listed } = annasKey;
  const isTheirs = (userId: string, id: string) => userId === owner && id === annasKey.id;
  return {
    create: async (_userId, wanted) => ({ ...annasKey, ...wanted }),
    list: async (userId) => (userId === owner ? [listed] : []),
    find: async (userId, id) => (isTheirs(userId, id) ? listed : undefined),
    revoke: async (userId, id) => isTheirs(userId, id),
  };
}

export const grant: TokenGrant = {
  accessToken: 'access',
  expiresIn: 3600,
  refreshToken: 'refresh',
  refreshExpiresIn: 604_800,
};

/** Answers of accounts, tokens and keys that a test sets. */
export interface FakeAuthOptions {
  accounts?: Partial<Accounts>;
  tokens?: Partial<Tokens>;
  apiKeys?: Partial<ApiKeys>;
  callerOf?: Auth['callerOf'];
  endReplacedSession?: Auth['endReplacedSession'];
}

/** Creates a fake that accepts every registration, password and token unless a test sets other answers. */
export function fakeAuth(
  options: FakeAuthOptions = {},
): Pick<Auth, 'accounts' | 'apiKeys' | 'callerOf' | 'claimedUser' | 'endReplacedSession' | 'sessionCookie' | 'tokens'> {
  return {
    accounts: {
      register: async ({ email, name }) => ({
        userId: 'new',
        email,
        ...(name === undefined ? {} : { name }),
        role: 'user',
        tier: 'free',
      }),
      changePassword: async () => undefined,
      signOutEverywhere: async () => undefined,
      delete: async () => undefined,
      hasPassword: async () => true,
      linkedServices: async () => [],
      ...options.accounts,
    },
    tokens: {
      issue: async () => grant,
      async refresh(_token, admit) {
        await admit?.('the sign-in');
        return grant;
      },
      revoke: async () => true,
      ...options.tokens,
    },
    apiKeys: { ...keysOf('anna'), ...options.apiKeys },
    sessionCookie: 'session',
    callerOf: options.callerOf ?? callerOf,
    claimedUser: async (headers) => {
      const claimed = await callerOf(headers);
      return claimed && { userId: claimed.userId };
    },
    endReplacedSession: options.endReplacedSession ?? (async () => undefined),
  };
}
