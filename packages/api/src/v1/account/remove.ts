import { userProcedure } from '../../middleware/procedure.ts';
import { verifyPassword } from './proving-password.ts';
import { removal } from './wire.ts';

/** Deletes the account with its identifications and photos, for good. */
export const remove = userProcedure
  .meta({ policy: 'user', throttle: 'sign_in' })
  .input(removal)
  .mutation(({ ctx, input: { password } }) =>
    verifyPassword(ctx, '#/password', () =>
      ctx.services.auth.accounts.remove(ctx.principal.userId, password === undefined ? {} : { password }),
    ),
  );
