import {
  type AccountAdministration,
  type AccountDetails,
  type AccountPage,
  type AccountQuery,
  AuthError,
  type LockedAccount,
  type SignInLinkState,
  type UsableSignInLink,
} from '@plantcommunity/auth';
import type { Prisma, PrismaClient, Role, Tier } from '@plantcommunity/db';
import type { AuditChange } from '../audit/audit-entry.ts';
import { type AuditTrail, lastAuditEntry } from '../audit/audit-trail.ts';
import { OperationsError } from '../operations-error.ts';
import type { Operator } from '../operator.ts';
import { requireReason } from '../reason.ts';

/** A change of an account; the reason has 10 to 500 characters and is kept in the audit trail. */
export interface UserChange {
  userId: string;
  reason: string;
}

/** A sign-in link as the operator who made it sees it, once. */
export interface MadeSignInLink {
  token: string;
  expiresAt: Date;
  user: AccountDetails;
}

/** The request by which a sign-in link is used, without a signed-in user. */
export type LinkRequest = Omit<Operator, 'userId'>;

/**
 * What operators do with accounts. Each change and its audit entry are one transaction, and take effect at once on all
 * instances. All changes throw {@link OperationsError} `invalid_reason`, `unknown_user`, `unchanged` when there is nothing
 * to change, and `not_admin` when the operator's own role was taken away meanwhile; they return the account afterwards.
 */
export interface UserOperations {
  list(query: AccountQuery): Promise<AccountPage>;
  /** @throws {OperationsError} `unknown_user` */
  get(userId: string): Promise<AccountDetails>;
  setTier(by: Operator, change: UserChange & { tier: Tier }): Promise<AccountDetails>;
  /** @throws {OperationsError} `last_admin` */
  setRole(by: Operator, change: UserChange & { role: Role }): Promise<AccountDetails>;
  /** Ends all sessions, tokens and API keys of the user. @throws {OperationsError} `last_admin` */
  disable(by: Operator, change: UserChange): Promise<AccountDetails>;
  /** Lets the user sign in again; what was ended stays ended. */
  enable(by: Operator, change: UserChange): Promise<AccountDetails>;
  /** Makes a one-time link to set a new password; ends the one before. @throws {OperationsError} `user_disabled` */
  makeSignInLink(by: Operator, change: UserChange): Promise<MadeSignInLink>;
  /** Returns the link of a token, without using it. @throws {AuthError} `invalid_link` */
  findSignInLink(token: string): Promise<UsableSignInLink>;
  /** Sets a new password by a link, and ends all sessions and tokens of the user. @throws {AuthError} as `SignInLinks.use` */
  useSignInLink(link: { token: string; password: string }, request: LinkRequest): Promise<{ email: string }>;
}

export function createUserOperations(options: {
  client: PrismaClient;
  accounts: AccountAdministration;
  audit: AuditTrail;
}): UserOperations {
  const { accounts, audit, client } = options;

  async function get(userId: string): Promise<AccountDetails> {
    const account = await accounts.find(userId);
    if (account === undefined) throw new OperationsError('unknown_user');
    return account;
  }

  /** Locks the account, does `work`, and records the change that `work` returns. Returns what `work` made. */
  async function makeAudited<Made>(
    by: Operator,
    { reason, userId }: UserChange,
    work: (
      transaction: Prisma.TransactionClient,
      account: LockedAccount,
    ) => Promise<{ change: AuditChange; made: Made }>,
  ): Promise<Made> {
    const kept = requireReason(reason);
    return client.$transaction(async (transaction) => {
      const account = await accounts.lock(transaction, userId);
      if (account === undefined) throw new OperationsError('unknown_user');
      if (!account.adminIds.includes(by.userId)) throw new OperationsError('not_admin');
      const { change, made } = await work(transaction, account).catch((error: unknown) => {
        throw error instanceof AuthError && error.code === 'last_admin' ? new OperationsError('last_admin') : error;
      });
      await audit.write(transaction, { ...change, reason: kept, by });
      return made;
    });
  }

  /** Does and records a change, and returns the account afterwards. */
  async function changeAccount(
    by: Operator,
    about: UserChange,
    work: (transaction: Prisma.TransactionClient, account: LockedAccount) => Promise<AuditChange>,
  ): Promise<AccountDetails> {
    await makeAudited(by, about, async (...locked) => ({ change: await work(...locked), made: undefined }));
    return get(about.userId);
  }

  return {
    list: (query) => accounts.list(query),
    get,
    setTier: (by, { tier, ...about }) =>
      changeAccount(by, about, async (transaction, account) => {
        if (account.tier === tier) throw new OperationsError('unchanged');
        await accounts.setTier(transaction, account, tier);
        return { action: 'user.set_tier', target: about.userId, before: { tier: account.tier }, after: { tier } };
      }),
    setRole: (by, { role, ...about }) =>
      changeAccount(by, about, async (transaction, account) => {
        if (account.role === role) throw new OperationsError('unchanged');
        await accounts.setRole(transaction, account, role);
        return { action: 'user.set_role', target: about.userId, before: { role: account.role }, after: { role } };
      }),
    disable: (by, about) =>
      changeAccount(by, about, async (transaction, account) => {
        if (account.isDisabled) throw new OperationsError('unchanged');
        await accounts.disable(transaction, account);
        return {
          action: 'user.disable',
          target: about.userId,
          before: { disabled: false },
          after: { disabled: true },
        };
      }),
    enable: (by, about) =>
      changeAccount(by, about, async (transaction, account) => {
        if (!account.isDisabled) throw new OperationsError('unchanged');
        await accounts.enable(transaction, account);
        return { action: 'user.enable', target: about.userId, before: { disabled: true }, after: { disabled: false } };
      }),
    async makeSignInLink(by, about) {
      const link = await makeAudited(by, about, async (transaction, account) => {
        if (account.isDisabled) throw new OperationsError('user_disabled');
        const before = auditedLink(await accounts.links.stateOf(transaction, account));
        const made = await accounts.links.make(transaction, account);
        const after = auditedLink({ link: 'unused', until: made.expiresAt });
        return { change: { action: 'user.make_sign_in_link', target: about.userId, before, after }, made };
      });
      return { ...link, user: await get(about.userId) };
    },
    async findSignInLink(token) {
      const link = await accounts.links.find(token);
      if (link === undefined) throw new AuthError('invalid_link');
      return link;
    },
    async useSignInLink({ password, token }, request) {
      const { email } = await accounts.links.use(token, password, async (transaction, { expiresAt, userId }) => {
        const made = await lastAuditEntry(transaction, userId, 'user.make_sign_in_link');
        await audit.write(transaction, {
          action: 'user.use_sign_in_link',
          target: userId,
          before: auditedLink({ link: 'unused', until: expiresAt }),
          after: { link: 'used' },
          // The use belongs to the reason for which the link was made.
          reason: made?.reason ?? '',
          // Without the address: an entry cannot be deleted with the account of its user, who may be no operator.
          by: { requestId: request.requestId, userId },
        });
      });
      return { email };
    },
  };
}

function auditedLink(state: SignInLinkState) {
  return state.link === 'unused' ? { link: state.link, until: state.until.toISOString() } : state;
}
