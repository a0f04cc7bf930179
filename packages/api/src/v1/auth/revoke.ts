import { procedure } from '../../middleware/procedure.ts';
import { refreshToken } from './wire.ts';

/** Signs an app out: revokes all tokens of its sign-in. Succeeds for unknown tokens, too, until their rate limit. */
export const revoke = procedure
  .meta({ policy: 'public', throttle: 'refresh' })
  .input(refreshToken)
  .mutation(async ({ ctx, input }) => {
    const { auth, throttles } = ctx.services;
    const token = input.refresh_token;
    await throttles.withRefreshToken(
      { token, address: ctx.request.address },
      async () => (await auth.tokens.revoke(token)) || undefined,
    );
  });
