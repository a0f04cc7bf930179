import { userProcedure } from '../../chain/procedure.ts';
import { provingPassword } from './proving-password.ts';
import { removal } from './wire.ts';

/** Deletes the account with its identifications and photos, for good. */
export const remove = userProcedure
  .meta({ policy: 'user', throttle: 'sign_in' })
  .input(removal)
  .mutation(({ ctx, input: { password } }) =>
    provingPassword(ctx, '#/password', () =>
      ctx.parts.auth.accounts.remove(ctx.principal.userId, password === undefined ? {} : { password }),
    ),
  );
