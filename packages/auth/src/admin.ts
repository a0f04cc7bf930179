import type { PrismaClient } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { AuthError } from './auth-error.ts';
import { requireEmail } from './email.ts';
import { hashPassword, makePassword } from './password.ts';
import { createUser } from './users.ts';

/** `.localhost` is nobody's (RFC 6761): no mail to it ever leaves. */
const MADE_EMAIL = 'admin@plants.localhost';

export interface EnsuredAdmin {
  email: string;
  /** Only when it was made here and now: nobody can read it again. */
  password?: string;
  created: boolean;
}

/**
 * Makes the first admin; does nothing when there is one. Safe when several starts do it at once.
 * @throws {AuthError} `email_taken` when the address is that of a user: whoever registered it is not made an admin.
 */
export async function ensureAdmin(
  client: PrismaClient,
  clock: Clock,
  wanted: { email?: string; password?: string },
): Promise<EnsuredAdmin> {
  const existing = await findAdmin(client);
  if (existing) return existing;
  const email = requireEmail(wanted.email ?? MADE_EMAIL);
  const password = wanted.password ?? makePassword();
  try {
    await createUser(client, clock, { email, password, name: 'Admin', role: 'admin', tier: 'enterprise' });
    return { email, ...(wanted.password === undefined ? { password } : {}), created: true };
  } catch (error) {
    const other = error instanceof AuthError && error.code === 'email_taken' ? await findAdmin(client) : undefined;
    if (other) return other;
    throw error;
  }
}

/**
 * Gives the first admin a new password, which ends their sessions like every change of a password.
 * @returns address and password; undefined when there is no admin
 */
export async function renewAdminPassword(
  client: PrismaClient,
): Promise<{ email: string; password: string } | undefined> {
  const admin = await findAdmin(client);
  if (!admin) return undefined;
  const password = makePassword();
  await client.user.update({
    where: { email: admin.email },
    data: { passwordHash: await hashPassword(password), sessionEpoch: { increment: 1 } },
  });
  return { email: admin.email, password };
}

/** The first admin there is. */
export async function findAdmin(client: PrismaClient): Promise<EnsuredAdmin | undefined> {
  const admin = await client.user.findFirst({
    where: { role: 'admin' },
    orderBy: { createdAt: 'asc' },
    select: { email: true },
  });
  return admin === null ? undefined : { email: admin.email, created: false };
}
