import { AuthError, type Principal } from '@plantcommunity/auth';
import { z } from 'zod';
import { fromAuth } from '../errors/to-api-error.ts';
import type { Context } from '../middleware/context.ts';
import { userProcedure } from '../middleware/procedure.ts';
import { knownPassword, newPassword } from './auth/wire.ts';

// The inputs have required members, so that no form of another site can send them.
const passwordChange = z.strictObject({ current: knownPassword, next: newPassword });

/** Sent by the page after the user has confirmed. */
const confirm = z.literal(true);

/** `password` is required for accounts that have one. */
const removal = z.strictObject({ confirm, password: knownPassword.optional() });

/** Procedures for a user's own account. Only tRPC offers them. */
export function accountProcedures() {
  return {
    /** Ends all sessions and tokens of the account, also the caller's. */
    changePassword: userProcedure
      .meta({ policy: 'user', throttle: 'sign_in' })
      .input(passwordChange)
      .mutation(({ ctx, input }) =>
        verifyPassword(ctx, '#/current', () => ctx.services.auth.accounts.changePassword(ctx.principal.userId, input)),
      ),

    /** Ends all sessions and tokens of the account, also the caller's. */
    signOutEverywhere: userProcedure
      .input(z.strictObject({ confirm }))
      .mutation(({ ctx }) => ctx.services.auth.accounts.signOutEverywhere(ctx.principal.userId)),

    /** Deletes the account with its identifications and photos, for good. */
    remove: userProcedure
      .meta({ policy: 'user', throttle: 'sign_in' })
      .input(removal)
      .mutation(({ ctx, input: { password } }) =>
        verifyPassword(ctx, '#/password', () =>
          ctx.services.auth.accounts.remove(ctx.principal.userId, password === undefined ? {} : { password }),
        ),
      ),
  };
}

/**
 * Runs `work`, which checks the account's password. It counts as a sign-in attempt, so that an abandoned session cannot
 * be used to guess the password. @throws {ApiError} pointing at `field` when the password is wrong
 */
async function verifyPassword(
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
