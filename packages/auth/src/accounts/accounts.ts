import type { PrismaClient } from '@plantcommunity/db';
import type { Logger } from '@plantcommunity/telemetry';
import { AuthError } from '../auth-error.ts';
import { type OAuthProvider, type OAuthProviderName, servicesOf } from '../oauth/providers.ts';
import { hashPassword, verifyPassword } from '../password.ts';
import type { Principal } from '../principal.ts';
import { createUser } from '../users.ts';
import { type DeleteAccountOptions, deleteAccount } from './delete-account.ts';

/** Operations of people on their own accounts. */
export interface Accounts {
  /**
   * Creates an account. A name is trimmed, has at most 100 characters and one line. Takes equally long when the address
   * is taken.
   * @throws {AuthError} `email_taken`, `invalid_email`, `invalid_password`, `invalid_name`
   */
  register(person: { email: string; password: string; name?: string }): Promise<Principal>;
  /**
   * Changes the password and ends all sessions and tokens, those of the caller included.
   * @throws {AuthError} `wrong_password` (also for an account without a password), `invalid_password`
   */
  changePassword(userId: string, passwords: { current: string; next: string }): Promise<void>;
  /** Ends all sessions and tokens. */
  signOutEverywhere(userId: string): Promise<void>;
  /**
   * Deletes the account and all that belongs to it. If other rows still refer to the user, such as the audit trail, they
   * keep an id without any personal data. After a failure the account still exists and can be deleted again. An account
   * without a password needs none: let the person confirm.
   * @throws {AuthError} `wrong_password`, `last_admin`
   */
  delete(userId: string, confirmation: { password?: string }): Promise<void>;
  /** False for a user who signs in with another service only. */
  hasPassword(userId: string): Promise<boolean>;
  /** Returns those of the offered services with which the user can sign in. */
  linkedServices(userId: string): Promise<OAuthProviderName[]>;
}

export interface AccountsOptions extends DeleteAccountOptions {
  oauthProviders: readonly OAuthProvider[];
  logger: Logger;
}

export function createAccounts(options: AccountsOptions): Accounts {
  const { client, clock, logger, oauthProviders } = options;
  return {
    async register({ email, name, password }) {
      const principal = await createUser(client, clock, { email, password, ...(name === undefined ? {} : { name }) });
      logger.info({ userId: principal.userId }, '[AUTH] Registered');
      return principal;
    },
    async changePassword(userId, { current, next }) {
      const passwordHash = (await passwordHashOf(client, userId)) ?? null;
      if (passwordHash === null) throw wrongPassword();
      await requirePassword({ userId, passwordHash }, current, logger);
      const { count } = await client.user.updateMany({
        // Match the hash that was checked: of two concurrent changes, the second did not prove the new password.
        where: { id: userId, passwordHash },
        data: { passwordHash: await hashPassword(next), sessionEpoch: { increment: 1 } },
      });
      if (count === 0) throw wrongPassword();
      logger.info({ userId }, '[AUTH] Password changed');
    },
    async signOutEverywhere(userId) {
      await client.user.updateMany({ where: { id: userId }, data: { sessionEpoch: { increment: 1 } } });
      logger.info({ userId }, '[AUTH] Signed out everywhere');
    },
    async delete(userId, { password }) {
      const passwordHash = await passwordHashOf(client, userId);
      if (passwordHash === undefined) return;
      if (passwordHash !== null) await requirePassword({ userId, passwordHash }, password, logger);
      await deleteAccount(options, userId);
      logger.info({ userId }, '[AUTH] Account removed');
    },
    async hasPassword(userId) {
      return (await client.user.count({ where: { id: userId, passwordHash: { not: null } } })) > 0;
    },
    async linkedServices(userId) {
      const linked = await client.linkedAccount.findMany({ where: { userId }, select: { issuer: true } });
      return servicesOf(linked, oauthProviders);
    },
  };
}

/** Returns null for a user without a password; undefined for an unknown user. */
async function passwordHashOf(client: PrismaClient, userId: string): Promise<string | null | undefined> {
  const user = await client.user.findUnique({ where: { id: userId }, select: { passwordHash: true } });
  return user?.passwordHash;
}

/** Makes a signed-in user prove their identity by the password. @throws {AuthError} `wrong_password` */
async function requirePassword(
  { passwordHash, userId }: { userId: string; passwordHash: string },
  password: string | undefined,
  logger: Logger,
): Promise<void> {
  if (password !== undefined && (await verifyPassword(passwordHash, password))) return;
  logger.warn({ userId }, '[AUTH] Wrong password of a signed-in user');
  throw wrongPassword();
}

function wrongPassword(): AuthError {
  return new AuthError('wrong_password');
}
