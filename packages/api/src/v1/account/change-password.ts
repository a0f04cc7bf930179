import { userProcedure } from '../../chain/procedure.ts';
import { provingPassword } from './proving-password.ts';
import { passwordChange } from './wire.ts';

/** Ends all sessions and tokens of the account, the caller's too. */
export const changePassword = userProcedure
  .meta({ policy: 'user', throttle: 'sign_in' })
  .input(passwordChange)
  .mutation(({ ctx, input }) =>
    provingPassword(ctx, '#/current', () => ctx.parts.auth.accounts.changePassword(ctx.principal.userId, input)),
  );
