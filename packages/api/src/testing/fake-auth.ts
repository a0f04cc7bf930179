import type { Accounts, Auth, Principal, TokenGrant, Tokens } from '@plantcommunity/auth';

export const anna: Principal = { userId: 'anna', email: 'anna@example.org', role: 'user', tier: 'pro' };
/** Another user. */
const berta: Principal = { userId: 'berta', email: 'berta@example.org', role: 'user', tier: 'free' };
export const ada: Principal = { userId: 'ada', email: 'ada@example.org', role: 'admin', tier: 'enterprise' };

/** By the cookie `session=anna`, or the header `Authorization: Bearer anna`. */
const PEOPLE: Readonly<Record<string, Principal>> = { anna, berta, ada };

const principalOf: Auth['principalOf'] = async (headers) => {
  const [, token] = /^bearer\s*(.*)$/i.exec(headers.get('authorization') ?? '') ?? [];
  return PEOPLE[token ?? headers.get('cookie')?.replace('session=', '') ?? ''];
};

export const grant: TokenGrant = {
  accessToken: 'access',
  expiresIn: 3600,
  refreshToken: 'refresh',
  refreshExpiresIn: 604_800,
};

/** What a test tells the accounts and tokens to answer. */
export interface FakeAuthOptions {
  accounts?: Partial<Accounts>;
  tokens?: Partial<Tokens>;
  principalOf?: Auth['principalOf'];
  endReplacedSession?: Auth['endReplacedSession'];
}

/** Takes every registration, password and token for good, unless a test tells it otherwise. */
export function fakeAuth(
  told: FakeAuthOptions = {},
): Pick<Auth, 'accounts' | 'claimedUser' | 'endReplacedSession' | 'principalOf' | 'sessionCookie' | 'tokens'> {
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
      remove: async () => undefined,
      hasPassword: async () => true,
      linkedServices: async () => [],
      ...told.accounts,
    },
    tokens: {
      issue: async () => grant,
      async refresh(_token, admit) {
        await admit?.('the sign-in');
        return grant;
      },
      revoke: async () => true,
      ...told.tokens,
    },
    sessionCookie: 'session',
    principalOf: told.principalOf ?? principalOf,
    claimedUser: async (headers) => {
      const claimed = await principalOf(headers);
      return claimed && { userId: claimed.userId };
    },
    endReplacedSession: told.endReplacedSession ?? (async () => undefined),
  };
}
