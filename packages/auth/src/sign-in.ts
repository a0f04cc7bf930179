import type { PrismaClient } from '@plantcommunity/db';
import type { Logger } from '@plantcommunity/telemetry';
import { z } from 'zod';
import { normalizeEmail } from './email.ts';
import { hashPassword, makePassword, verifyPassword } from './password.ts';

/** A user who signed in, with the epoch of their sessions and tokens: all of an epoch are revoked together. */
export interface SignedIn {
  userId: string;
  epoch: number;
}

/** Undefined for wrong credentials of every kind, told apart in our log only; `disabled` only to who knows the password. */
export type SignIn = (credentials: unknown) => Promise<SignedIn | 'disabled' | undefined>;

const credentialsSchema = z.object({ email: z.string(), password: z.string() });

/** Nothing in answer or time tells whether an account exists: an unknown one costs the check of a password, too. */
export function createSignIn(client: PrismaClient, logger: Logger): SignIn {
  const nobodysHash = hashPassword(makePassword());
  // A failure shows when it is awaited; until then it is nobody's.
  nobodysHash.catch(() => {});
  return async (credentials) => {
    const parsed = credentialsSchema.safeParse(credentials);
    if (!parsed.success) return undefined;
    const email = normalizeEmail(parsed.data.email);
    const user = email === undefined ? null : await client.user.findUnique({ where: { email } });
    const passwordHash = user?.passwordHash ?? null;
    const same = await verifyPassword(passwordHash ?? (await nobodysHash), parsed.data.password);
    const matches = same && passwordHash !== null;
    if (user === null || !matches || user.disabledAt !== null) {
      const reason = refusalOf(user, matches);
      logger.warn({ reason, ...(user === null ? {} : { userId: user.id }) }, '[AUTH] Sign-in refused');
      return matches ? 'disabled' : undefined;
    }
    logger.info({ userId: user.id }, '[AUTH] Signed in');
    return { userId: user.id, epoch: user.sessionEpoch };
  };
}

function refusalOf(user: { passwordHash: string | null } | null, matches: boolean): string {
  if (user === null) return 'unknown account';
  if (user.passwordHash === null) return 'has no password';
  return matches ? 'disabled' : 'wrong password';
}
