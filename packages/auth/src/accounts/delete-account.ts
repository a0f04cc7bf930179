import { randomUUID } from 'node:crypto';
import { Prisma, type PrismaClient } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { lockAccount, requireAnotherAdmin } from './lock-account.ts';

/** Domain of the addresses of deleted accounts: a reserved one (RFC 2606), for which no account can exist. */
export const DELETED_DOMAIN = '@removed.invalid';

type Transaction = Prisma.TransactionClient;

export interface DeleteAccountOptions {
  client: PrismaClient;
  clock: Clock;
  /** Deletes everything that is stored for a user elsewhere; called again after a failure. */
  readonly eraseOwner: (ownerId: string) => Promise<void>;
}

/**
 * Erases the user's data first, while they can still sign in and try again, and deletes the account when nothing is
 * left, also nothing that was stored meanwhile.
 * @throws {AuthError} `last_admin`
 */
export async function deleteAccount(options: DeleteAccountOptions, userId: string): Promise<void> {
  await options.client.$transaction((transaction) => lockDeletable(transaction, userId));
  do await options.eraseOwner(userId);
  while (!(await deleteUser(options, userId)));
}

/** Deletes the user, or clears all personal data when other rows refer to them. False when there is more to erase. */
async function deleteUser({ client, clock }: DeleteAccountOptions, userId: string): Promise<boolean> {
  try {
    return await client.$transaction((transaction) =>
      ifErased(transaction, userId, () => transaction.user.delete({ where: { id: userId } })),
    );
  } catch (error) {
    if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== 'P2003') throw error;
  }
  return client.$transaction((transaction) =>
    ifErased(transaction, userId, async () => {
      await transaction.signInLink.deleteMany({ where: { userId } });
      await transaction.photoSpace.deleteMany({ where: { ownerId: userId } });
      await transaction.user.update({
        where: { id: userId },
        data: {
          email: `${randomUUID()}${DELETED_DOMAIN}`,
          name: null,
          passwordHash: null,
          role: 'user',
          tier: 'free',
          disabledAt: new Date(clock.now()),
          sessionEpoch: { increment: 1 },
          linkedAccounts: { deleteMany: {} },
          browserSessions: { deleteMany: {} },
          tokenFamilies: { deleteMany: {} },
          apiKeys: { deleteMany: {} },
          legacyUses: { deleteMany: {} },
        },
      });
    }),
  );
}

/** Does `work` if no identification of the user is left. False when one is left; true for a user who does not exist. */
async function ifErased(transaction: Transaction, userId: string, work: () => Promise<unknown>): Promise<boolean> {
  if (!(await lockDeletable(transaction, userId))) return true;
  const left = await transaction.identification.findFirst({ where: { ownerId: userId }, select: { id: true } });
  if (left === null) await work();
  return left === null;
}

/** Locks the user. False for a user who does not exist. @throws {AuthError} `last_admin` */
async function lockDeletable(transaction: Transaction, userId: string): Promise<boolean> {
  const account = await lockAccount(transaction, userId);
  if (account !== undefined) requireAnotherAdmin(account);
  return account !== undefined;
}
