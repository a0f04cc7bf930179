import { AuthError, type Principal } from '@plantcommunity/auth';
import { fromAuth } from '../../errors/to-api-error.ts';
import type { Context } from '../../services.ts';

/**
 * Does what the password of an account is asked for. Counted like a sign-in: a session somebody left open is no way to
 * guess the password. @throws {ApiError} pointing at `field` when the password is wrong
 */
export async function verifyPassword(
  { services, principal, request }: Context & { principal: Principal },
  field: string,
  work: () => Promise<void>,
): Promise<void> {
  await services.throttles.signIn({ email: principal.email, address: request.address }, async (attempt) => {
    try {
      await work();
    } catch (error) {
      throw error instanceof AuthError ? fromAuth(error, error.code === 'wrong_password' ? field : undefined) : error;
    }
    attempt.succeeded();
  });
}
