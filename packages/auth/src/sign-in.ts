import type { PrismaClient } from '@plantcommunity/db';
import type { Logger } from '@plantcommunity/telemetry';
import { z } from 'zod';
import { generatePassword, hashPassword, verifyPassword } from './password.ts';
import { normalizeEmail } from './users.ts';

/** A user who signed in, with the epoch of their sessions and tokens: all of an epoch are revoked together. */
export interface SignedIn {
  userId: string;
  epoch: number;
}

/**
 * Checks email and password. Undefined for wrong credentials of every kind, which only our log tells apart; `disabled`
 * only when the password is right.
 */
export type SignIn = (credentials: unknown) => Promise<SignedIn | 'disabled' | undefined>;

const credentialsSchema = z.object({ email: z.string(), password: z.string() });

/** Neither answer nor time shows whether an account exists: for an unknown one, a password is checked as well. */
export function createSignIn(client: PrismaClient, logger: Logger): SignIn {
  const decoyHash = hashPassword(generatePassword());
  // An error is thrown where the hash is awaited; until then it must not count as unhandled.
  decoyHash.catch(() => {});
  return async (credentials) => {
    const parsed = credentialsSchema.safeParse(credentials);
    if (!parsed.success) return undefined;
    const email = normalizeEmail(parsed.data.email);
    const user = email === undefined ? null : await client.user.findUnique({ where: { email } });
    const passwordHash = user?.passwordHash ?? null;
    const isVerified = await verifyPassword(passwordHash ?? (await decoyHash), parsed.data.password);
    const matches = isVerified && passwordHash !== null;
    if (user === null || !matches || user.disabledAt !== null) {
      const reason = refusalReason(user, matches);
      logger.warn({ reason, ...(user === null ? {} : { userId: user.id }) }, '[AUTH] Sign-in refused');
      return matches ? 'disabled' : undefined;
    }
    logger.info({ userId: user.id }, '[AUTH] Signed in');
    return { userId: user.id, epoch: user.sessionEpoch };
  };
}

function refusalReason(user: { passwordHash: string | null } | null, matches: boolean): string {
  if (user === null) return 'unknown account';
  if (user.passwordHash === null) return 'has no password';
  return matches ? 'disabled' : 'wrong password';
}
