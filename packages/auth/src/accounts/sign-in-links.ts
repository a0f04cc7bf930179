import { createHash, randomBytes } from 'node:crypto';
import type { Prisma, PrismaClient } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { AuthError } from '../auth-error.ts';
import { hashPassword } from '../password.ts';
import { type LockedAccount, lockAccount } from './lock-account.ts';

/** How long a link may be used. */
const LIFETIME_MS = 3_600_000;
/** 256 bits: no token can be guessed, so that a fast hash of it suffices. */
const TOKEN_BYTES = 32;

/** State of the last link of a user: never made, usable until `until`, used, or ended before it was used. */
export type SignInLinkState = { link: 'none' | 'used' | 'ended' } | { link: 'unused'; until: Date };

/** A new link: the token is shown once, and never stored or logged. */
export interface NewSignInLink {
  token: string;
  expiresAt: Date;
}

/** A link that may be used now. */
export interface UsableSignInLink {
  userId: string;
  email: string;
  expiresAt: Date;
}

type StoredLink = Prisma.SignInLinkGetPayload<object>;

/**
 * One-time links by which users who forgot their password set a new one. A link works once, for an hour, and only until
 * the account is disabled, its password changes or all its sessions end.
 */
export class SignInLinks {
  readonly #client: PrismaClient;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor({ client, clock, logger }: { client: PrismaClient; clock: Clock; logger: Logger }) {
    this.#client = client;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Makes a link, which replaces the one before. Call it with a locked account that is not disabled. */
  async make(transaction: Prisma.TransactionClient, { epoch, userId }: LockedAccount): Promise<NewSignInLink> {
    const now = this.#clock.now();
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const expiresAt = new Date(now + LIFETIME_MS);
    const link = { hash: hashOf(token), createdAt: new Date(now), expiresAt, epoch, usedAt: null };
    await transaction.signInLink.upsert({ where: { userId }, create: { userId, ...link }, update: link });
    this.#logger.info({ userId }, '[AUTH] Sign-in link made');
    return { token, expiresAt };
  }

  /** Returns the state of the user's last link, for an account as the caller has read it. */
  async stateOf(
    client: Prisma.TransactionClient,
    account: Pick<LockedAccount, 'userId' | 'epoch' | 'isDisabled'>,
  ): Promise<SignInLinkState> {
    const link = await client.signInLink.findUnique({ where: { userId: account.userId } });
    if (link === null) return { link: 'none' };
    if (link.usedAt !== null) return { link: 'used' };
    return this.#isUsable(link, account) ? { link: 'unused', until: link.expiresAt } : { link: 'ended' };
  }

  /** Returns the link of a token, without using it; undefined when it cannot be used. */
  async find(token: string): Promise<UsableSignInLink | undefined> {
    const link = await this.#client.signInLink.findUnique({ where: { hash: hashOf(token) }, include: { user: true } });
    if (link === null) return undefined;
    const { disabledAt, email, id: userId, sessionEpoch: epoch } = link.user;
    const isUsable = link.usedAt === null && this.#isUsable(link, { epoch, isDisabled: disabledAt !== null });
    return isUsable ? { userId, email, expiresAt: link.expiresAt } : undefined;
  }

  /**
   * Sets a new password by a link, which ends the link and all sessions and tokens of the user, in a transaction in which
   * `record` writes down the use. Of concurrent uses one succeeds.
   * @throws {AuthError} `invalid_link`, `invalid_password`, `malformed_password`
   */
  async use(
    token: string,
    password: string,
    record: (transaction: Prisma.TransactionClient, link: UsableSignInLink) => Promise<void>,
  ): Promise<UsableSignInLink> {
    const link = await this.find(token);
    if (link === undefined) throw new AuthError('invalid_link');
    const { userId } = link;
    // Hashing takes long on purpose, so no row is locked meanwhile.
    const passwordHash = await hashPassword(password);
    await this.#client.$transaction(async (transaction) => {
      const account = await lockAccount(transaction, userId);
      const stored = await transaction.signInLink.findUnique({ where: { userId } });
      const isSame = stored !== null && stored.hash === hashOf(token) && stored.usedAt === null;
      if (account === undefined || !isSame || !this.#isUsable(stored, account)) throw new AuthError('invalid_link');
      const usedAt = new Date(this.#clock.now());
      await transaction.user.update({
        where: { id: userId },
        data: { passwordHash, sessionEpoch: { increment: 1 }, signInLink: { update: { usedAt } } },
      });
      await record(transaction, link);
    });
    this.#logger.info({ userId }, '[AUTH] Password set by a sign-in link');
    return link;
  }

  #isUsable(link: StoredLink, { epoch, isDisabled }: Pick<LockedAccount, 'epoch' | 'isDisabled'>): boolean {
    return !isDisabled && link.epoch === epoch && link.expiresAt.getTime() > this.#clock.now();
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
