import { randomUUID } from 'node:crypto';
import { Prisma, type PrismaClient, table } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { AuthError } from '../auth-error.ts';

type Transaction = Prisma.TransactionClient;

export interface RemoveAccountOptions {
  client: PrismaClient;
  clock: Clock;
  /** Deletes everything that is stored for a user elsewhere; called again after a failure. */
  readonly eraseOwner: (ownerId: string) => Promise<void>;
}

/**
 * Erases the user's data first, while they can still sign in and try again, and removes the account when nothing is
 * left, also nothing that was stored meanwhile.
 * @throws {AuthError} `last_admin`
 */
export async function removeAccount(options: RemoveAccountOptions, userId: string): Promise<void> {
  await options.client.$transaction((transaction) => lockUser(transaction, userId));
  do await options.eraseOwner(userId);
  while (!(await removeUser(options, userId)));
}

/** Deletes the user, or clears all personal data when other rows refer to them. False when there is more to erase. */
async function removeUser({ client, clock }: RemoveAccountOptions, userId: string): Promise<boolean> {
  try {
    return await client.$transaction((transaction) =>
      ifErased(transaction, userId, () => transaction.user.delete({ where: { id: userId } })),
    );
  } catch (error) {
    if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== 'P2003') throw error;
  }
  return client.$transaction((transaction) =>
    ifErased(transaction, userId, () =>
      transaction.user.update({
        where: { id: userId },
        data: {
          // A reserved domain (RFC 2606), and a random name for which no account can exist.
          email: `${randomUUID()}@removed.invalid`,
          name: null,
          passwordHash: null,
          role: 'user',
          tier: 'free',
          disabledAt: new Date(clock.now()),
          sessionEpoch: { increment: 1 },
          linkedAccounts: { deleteMany: {} },
          browserSessions: { deleteMany: {} },
          tokenFamilies: { deleteMany: {} },
        },
      }),
    ),
  );
}

/** Does `work` if no identification of the user is left. False when one is left; true for a user who does not exist. */
async function ifErased(transaction: Transaction, userId: string, work: () => Promise<unknown>): Promise<boolean> {
  if (!(await lockUser(transaction, userId))) return true;
  const left = await transaction.identification.findFirst({ where: { ownerId: userId }, select: { id: true } });
  if (left === null) await work();
  return left === null;
}

/**
 * Locks the user until the transaction ends, so that nothing is stored for them meanwhile, and all admins with them, so
 * that of the last two one remains. False for a user who does not exist.
 * @throws {AuthError} `last_admin`
 */
async function lockUser(transaction: Transaction, userId: string): Promise<boolean> {
  const rows = await transaction.$queryRaw<{ id: string; role: string }[]>`
    SELECT "id", "role"::text AS "role" FROM ${table('User')}
    WHERE "id" = ${userId} OR ("role" = 'admin' AND "disabledAt" IS NULL) ORDER BY "id" FOR UPDATE`;
  const user = rows.find(({ id }) => id === userId);
  if (user?.role === 'admin' && rows.length === 1) {
    throw new AuthError('last_admin');
  }
  return user !== undefined;
}
