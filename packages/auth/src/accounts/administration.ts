import type { Prisma, PrismaClient, Role, Tier } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { type OAuthProvider, type OAuthProviderName, servicesOf } from '../oauth/providers.ts';
import { DELETED_DOMAIN } from './delete-account.ts';
import { type AccountPage, type AccountQuery, type AccountSummary, listAccounts, summaryOf } from './list-accounts.ts';
import { type LockedAccount, lockAccount, requireAnotherAdmin } from './lock-account.ts';
import { type SignInLinkState, SignInLinks } from './sign-in-links.ts';

type Transaction = Prisma.TransactionClient;

/** An account with what an operator needs to know before changing it. */
export interface AccountDetails extends AccountSummary {
  hasPassword: boolean;
  /** Other services with which the user can sign in. */
  services: readonly OAuthProviderName[];
  /** Sign-ins that are valid now. */
  sessions: { browsers: number; apps: number };
  /** API keys that are not expired. */
  apiKeys: number;
  identifications: number;
  signInLink: SignInLinkState;
}

/**
 * What operators do with the accounts of others. A change takes an account that `lock` returned in the same transaction;
 * the caller records it there. Each change takes effect at once, because sessions and tokens are compared with the
 * user's row on each request.
 */
export interface AccountAdministration {
  list(query: AccountQuery): Promise<AccountPage>;
  /** Returns undefined for an account that does not exist or was deleted. */
  find(userId: string): Promise<AccountDetails | undefined>;
  /** Locks an account and all admins until the transaction ends. Undefined like `find`. */
  lock(transaction: Transaction, userId: string): Promise<LockedAccount | undefined>;
  setTier(transaction: Transaction, account: LockedAccount, tier: Tier): Promise<void>;
  /** @throws {AuthError} `last_admin` */
  setRole(transaction: Transaction, account: LockedAccount, role: Role): Promise<void>;
  /** Ends all sessions, tokens, sign-in links and API keys of the user, for good. @throws {AuthError} `last_admin` */
  disable(transaction: Transaction, account: LockedAccount): Promise<void>;
  enable(transaction: Transaction, account: LockedAccount): Promise<void>;
  readonly links: SignInLinks;
}

export function createAccountAdministration(options: {
  client: PrismaClient;
  clock: Clock;
  logger: Logger;
  oauthProviders: readonly OAuthProvider[];
}): AccountAdministration {
  const { client, clock, oauthProviders } = options;
  const links = new SignInLinks(options);

  const update = async (transaction: Transaction, { userId: id }: LockedAccount, data: Prisma.UserUpdateInput) => {
    await transaction.user.update({ where: { id }, data, select: { id: true } });
  };

  return {
    list: (query) => listAccounts(client, query),
    async find(userId) {
      const now = new Date(clock.now());
      const user = await client.user.findFirst({
        where: { id: userId, NOT: { email: { endsWith: DELETED_DOMAIN } } },
        include: { linkedAccounts: { select: { issuer: true } } },
      });
      if (user === null) return undefined;
      const { disabledAt, passwordHash, sessionEpoch: epoch } = user;
      const isDisabled = disabledAt !== null;
      const [identifications, browsers, apps, apiKeys, signInLink] = await Promise.all([
        client.identification.count({ where: { ownerId: userId, deletedAt: null } }),
        client.browserSession.count({ where: { userId, expiresAt: { gt: now } } }),
        client.tokenFamily.count({ where: { userId, epoch, expiresAt: { gt: now } } }),
        client.apiKey.count({ where: { userId, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] } }),
        links.stateOf(client, { userId, epoch, isDisabled }),
      ]);
      return {
        ...summaryOf(user),
        hasPassword: passwordHash !== null,
        services: servicesOf(user.linkedAccounts, oauthProviders),
        sessions: { browsers, apps },
        apiKeys,
        identifications,
        signInLink,
      };
    },
    async lock(transaction, userId) {
      const account = await lockAccount(transaction, userId);
      return account?.email.endsWith(DELETED_DOMAIN) === true ? undefined : account;
    },
    setTier: (transaction, account, tier) => update(transaction, account, { tier }),
    async setRole(transaction, account, role) {
      if (role !== 'admin') requireAnotherAdmin(account);
      await update(transaction, account, { role });
    },
    async disable(transaction, account) {
      requireAnotherAdmin(account);
      await update(transaction, account, {
        disabledAt: new Date(clock.now()),
        sessionEpoch: { increment: 1 },
        browserSessions: { deleteMany: {} },
        tokenFamilies: { deleteMany: {} },
        apiKeys: { deleteMany: {} },
      });
    },
    enable: (transaction, account) => update(transaction, account, { disabledAt: null }),
    links,
  };
}
