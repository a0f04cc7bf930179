import type { Accounts, Auth, Principal, TokenGrant, Tokens } from '@plantcommunity/auth';

export const anna: Principal = { userId: 'anna', email: 'anna@example.org', role: 'user', tier: 'pro' };
/** Another user. */
const berta: Principal = { userId: 'berta', email: 'berta@example.org', role: 'user', tier: 'free' };
export const ada: Principal = { userId: 'ada', email: 'ada@example.org', role: 'admin', tier: 'enterprise' };

/** Users by the cookie `session=anna` or the header `Authorization: Bearer anna`. */
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

/** Answers of accounts and tokens that a test sets. */
export interface FakeAuthOptions {
  accounts?: Partial<Accounts>;
  tokens?: Partial<Tokens>;
  principalOf?: Auth['principalOf'];
  endReplacedSession?: Auth['endReplacedSession'];
}

/** Creates a fake that accepts every registration, password and token unless a test sets other answers. */
export function fakeAuth(
  options: FakeAuthOptions = {},
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
    sessionCookie: 'session',
    principalOf: options.principalOf ?? principalOf,
    claimedUser: async (headers) => {
      const claimed = await principalOf(headers);
      return claimed && { userId: claimed.userId };
    },
    endReplacedSession: options.endReplacedSession ?? (async () => undefined),
  };
}
