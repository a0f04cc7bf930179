import { userProcedure } from '../../middleware/procedure.ts';
import { signingOut } from './wire.ts';

/** Ends all sessions and tokens of the account, the caller's too. */
export const signOutEverywhere = userProcedure
  .input(signingOut)
  .mutation(({ ctx }) => ctx.services.auth.accounts.signOutEverywhere(ctx.principal.userId));
