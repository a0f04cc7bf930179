import type { Logger } from '@plantcommunity/telemetry';
import { AuthError } from '../auth-error.ts';
import { verifyPassword } from '../password.ts';

/** Whoever is signed in proves that it is them. @throws {AuthError} `wrong_password` */
export async function requirePassword(
  { id, passwordHash }: { id: string; passwordHash: string },
  password: string | undefined,
  logger: Logger,
): Promise<void> {
  if (password !== undefined && (await verifyPassword(passwordHash, password))) return;
  logger.warn({ userId: id }, '[AUTH] Wrong password of a signed-in user');
  throw wrongPassword();
}

export function wrongPassword(): AuthError {
  return new AuthError('wrong_password', 'The current password is not right.');
}
