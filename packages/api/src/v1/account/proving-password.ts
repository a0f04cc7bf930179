import { AuthError, type Principal } from '@plantcommunity/auth';
import type { Context } from '../../context.ts';
import { fromAuth } from '../../errors/to-api-error.ts';

/**
 * Does what the password of an account is asked for. Counted like a sign-in: a session somebody left open is no way to
 * guess the password. @throws {ApiError} pointing at `field` when the password is wrong
 */
export async function provingPassword(
  { parts, principal, request }: Context & { principal: Principal },
  field: string,
  work: () => Promise<void>,
): Promise<void> {
  await parts.throttles.signIn({ email: principal.email, address: request.address }, async (attempt) => {
    try {
      await work();
    } catch (error) {
      throw error instanceof AuthError ? fromAuth(error, error.code === 'wrong_password' ? field : undefined) : error;
    }
    attempt.succeeded();
  });
}
