import { procedure } from '../../chain/procedure.ts';
import { refreshToken } from './wire.ts';

/** Signs an app out: no token of its sign-in is good any more. Whether it ever was is not told. */
export const revoke = procedure
  .meta({ policy: 'public' })
  .input(refreshToken)
  .mutation(async ({ ctx, input }) => {
    await ctx.parts.auth.tokens.revoke(input.refresh_token);
  });
