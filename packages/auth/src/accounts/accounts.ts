import type { PrismaClient } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { OAuthProviderName } from '../oauth/oauth-options.ts';
import type { OAuthProvider } from '../oauth/oauth-providers.ts';
import type { Principal } from '../principal.ts';
import { createUser } from '../users.ts';
import { changePassword } from './change-password.ts';
import { removeAccount } from './remove-account.ts';

/** What people do with their own accounts. */
export interface Accounts {
  /**
   * A name is trimmed, of at most 100 characters and one line. Takes as long for an address that is taken.
   * @throws {AuthError} `email_taken`, `invalid_email`, `invalid_password`, `invalid_name`
   */
  register(person: { email: string; password: string; name?: string }): Promise<Principal>;
  /**
   * Ends all sessions and tokens, that of whoever asks with them.
   * @throws {AuthError} `wrong_password` (an account without a password has no right one), `invalid_password`
   */
  changePassword(userId: string, passwords: { current: string; next: string }): Promise<void>;
  /** Ends all sessions and tokens. */
  signOutEverywhere(userId: string): Promise<void>;
  /**
   * Removes the account with all that belongs to it. What others still refer to, such as the log of orders, keeps an id
   * of which nothing else is known. When it fails on its way, the account is still there, and is removed by another try.
   * An account without a password needs none: have them confirm.
   * @throws {AuthError} `wrong_password`, `last_admin`
   */
  remove(userId: string, confirmation: { password?: string }): Promise<void>;
  /** False for who signs in with another service only. */
  hasPassword(userId: string): Promise<boolean>;
  /** The other services of those offered that open the account. */
  linkedServices(userId: string): Promise<OAuthProviderName[]>;
}

export interface AccountParts {
  client: PrismaClient;
  oauthProviders: readonly OAuthProvider[];
  clock: Clock;
  logger: Logger;
  /** Removes all that is kept for an owner elsewhere; it is called again after a failure. */
  readonly eraseOwner: (ownerId: string) => Promise<void>;
}

export function createAccounts(parts: AccountParts): Accounts {
  const { client, clock, logger, oauthProviders } = parts;
  return {
    async register({ email, name, password }) {
      const principal = await createUser(client, clock, { email, password, ...(name === undefined ? {} : { name }) });
      logger.info({ userId: principal.userId }, '[AUTH] Registered');
      return principal;
    },
    changePassword: (userId, passwords) => changePassword(parts, userId, passwords),
    async signOutEverywhere(userId) {
      await client.user.updateMany({ where: { id: userId }, data: { sessionEpoch: { increment: 1 } } });
      logger.info({ userId }, '[AUTH] Signed out everywhere');
    },
    remove: (userId, { password }) => removeAccount(parts, userId, password),
    async hasPassword(userId) {
      return (await client.user.count({ where: { id: userId, passwordHash: { not: null } } })) > 0;
    },
    async linkedServices(userId) {
      const linked = await client.linkedAccount.findMany({ where: { userId }, select: { issuer: true } });
      const issuers = new Set(linked.map(({ issuer }) => issuer));
      return oauthProviders.filter(({ issuer }) => issuers.has(issuer)).map(({ name }) => name);
    },
  };
}
