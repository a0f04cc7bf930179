import { procedure } from '../../chain/procedure.ts';
import { refreshToken } from './wire.ts';

/** Signs an app out: no token of its sign-in is good any more. Whether it ever was is not told, until bad ones are too many. */
export const revoke = procedure
  .meta({ policy: 'public', throttle: 'refresh' })
  .input(refreshToken)
  .mutation(async ({ ctx, input }) => {
    const { auth, throttles } = ctx.parts;
    const token = input.refresh_token;
    await throttles.withRefreshToken(
      { token, address: ctx.request.address },
      async () => (await auth.tokens.revoke(token)) || undefined,
    );
  });
