import { AuthError, type Principal } from '@plantcommunity/auth';
import { fromAuth } from '../../errors/to-api-error.ts';
import type { Context } from '../../middleware/context.ts';

/**
 * Runs `work`, which checks the account's password. It counts as a sign-in attempt, so that an abandoned session cannot
 * be used to guess the password. @throws {ApiError} pointing at `field` when the password is wrong
 */
export async function verifyPassword(
  { principal, request, services }: Context & { principal: Principal },
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
