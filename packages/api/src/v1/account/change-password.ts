import { userProcedure } from '../../middleware/procedure.ts';
import { verifyPassword } from './proving-password.ts';
import { passwordChange } from './wire.ts';

/** Ends all sessions and tokens of the account, the caller's too. */
export const changePassword = userProcedure
  .meta({ policy: 'user', throttle: 'sign_in' })
  .input(passwordChange)
  .mutation(({ ctx, input }) =>
    verifyPassword(ctx, '#/current', () => ctx.services.auth.accounts.changePassword(ctx.principal.userId, input)),
  );
