import { randomUUID } from 'node:crypto';
import { Prisma, table } from '@plantcommunity/db';
import { AuthError } from '../auth-error.ts';
import type { AccountParts } from './accounts.ts';
import { requirePassword } from './require-password.ts';

type Transaction = Prisma.TransactionClient;

/**
 * What is kept for the owner goes first, while they can still sign in and try again; the account goes only when there
 * is nothing left, also of what was on its way meanwhile.
 * @throws {AuthError} `wrong_password`, `last_admin`
 */
export async function removeAccount(parts: AccountParts, userId: string, password: string | undefined): Promise<void> {
  const { client, eraseOwner: erase, logger } = parts;
  const user = await client.user.findUnique({ where: { id: userId }, select: { id: true, passwordHash: true } });
  if (user === null) return;
  const { passwordHash } = user;
  if (passwordHash !== null) await requirePassword({ ...user, passwordHash }, password, logger);
  await client.$transaction((transaction) => holdUser(transaction, userId));
  do await erase(userId);
  while (!(await end(parts, userId)));
  logger.info({ userId }, '[AUTH] Account removed');
}

/** Deletes the user, or all that is known of them when something refers to them. False when there is more to erase. */
async function end({ client, clock }: AccountParts, userId: string): Promise<boolean> {
  try {
    return await client.$transaction((transaction) =>
      whenErased(transaction, userId, () => transaction.user.delete({ where: { id: userId } })),
    );
  } catch (error) {
    if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== 'P2003') throw error;
  }
  return client.$transaction((transaction) =>
    whenErased(transaction, userId, () =>
      transaction.user.update({
        where: { id: userId },
        data: {
          // Nobody's address (RFC 2606), and of an id that nobody can have registered it for.
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

async function whenErased(transaction: Transaction, userId: string, work: () => Promise<unknown>): Promise<boolean> {
  if (!(await holdUser(transaction, userId))) return true;
  const left = await transaction.identification.findFirst({ where: { ownerId: userId }, select: { id: true } });
  if (left === null) await work();
  return left === null;
}

/**
 * Whether the user is there, for whom nothing is stored then until the transaction ends. All admins are held with them:
 * of the last two, one remains.
 * @throws {AuthError} `last_admin`
 */
async function holdUser(transaction: Transaction, userId: string): Promise<boolean> {
  const rows = await transaction.$queryRaw<{ id: string; role: string }[]>`
    SELECT "id", "role"::text AS "role" FROM ${table('User')}
    WHERE "id" = ${userId} OR ("role" = 'admin' AND "disabledAt" IS NULL) ORDER BY "id" FOR UPDATE`;
  const user = rows.find(({ id }) => id === userId);
  if (user?.role === 'admin' && rows.length === 1) {
    throw new AuthError('last_admin', 'The last admin cannot be removed: make somebody else an admin first.');
  }
  return user !== undefined;
}
