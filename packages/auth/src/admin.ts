import type { PrismaClient } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { AuthError } from './auth-error.ts';
import { requireEmail } from './email.ts';
import { makePassword } from './password.ts';
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

/** The first admin there is. */
export async function findAdmin(client: PrismaClient): Promise<EnsuredAdmin | undefined> {
  const admin = await client.user.findFirst({
    where: { role: 'admin' },
    orderBy: { createdAt: 'asc' },
    select: { email: true },
  });
  return admin === null ? undefined : { email: admin.email, created: false };
}
