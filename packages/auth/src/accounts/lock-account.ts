import { type Prisma, type Role, type Tier, table } from '@plantcommunity/db';
import { AuthError } from '../auth-error.ts';

/** A user whose row is locked, and the admins who can sign in, whose rows are locked with it. */
export interface LockedAccount {
  userId: string;
  email: string;
  role: Role;
  tier: Tier;
  isDisabled: boolean;
  /** All sessions and tokens of an epoch end together. */
  epoch: number;
  adminIds: readonly string[];
}

interface Row {
  id: string;
  email: string;
  role: Role;
  tier: Tier;
  disabledAt: Date | null;
  sessionEpoch: number;
}

/**
 * Locks the user until the transaction ends, so that nothing is stored for them meanwhile, and all admins with them, so
 * that of the last two one remains. Undefined for a user who does not exist.
 */
export async function lockAccount(
  transaction: Prisma.TransactionClient,
  userId: string,
): Promise<LockedAccount | undefined> {
  // The order of ids is the order of locks, so that two transactions never wait for each other.
  const rows = await transaction.$queryRaw<Row[]>`
    SELECT "id", "email", "role"::text AS "role", "tier"::text AS "tier", "disabledAt", "sessionEpoch"
    FROM ${table('User')}
    WHERE "id" = ${userId} OR ("role" = 'admin' AND "disabledAt" IS NULL) ORDER BY "id" FOR UPDATE`;
  const user = rows.find(({ id }) => id === userId);
  if (user === undefined) return undefined;
  const { disabledAt, email, role, sessionEpoch: epoch, tier } = user;
  const admins = rows.filter((row) => row.role === 'admin' && row.disabledAt === null);
  return { userId, email, role, tier, isDisabled: disabledAt !== null, epoch, adminIds: admins.map(({ id }) => id) };
}

/** Makes sure that another admin remains without this one. @throws {AuthError} `last_admin` */
export function requireAnotherAdmin({ adminIds, role, userId }: LockedAccount): void {
  if (role === 'admin' && adminIds.every((id) => id === userId)) throw new AuthError('last_admin');
}
