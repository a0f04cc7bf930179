import { invalidToken } from '../../middleware/authentication.ts';
import { procedure } from '../../middleware/procedure.ts';
import { presentGrant } from './present.ts';
import { refreshToken } from './wire.ts';

/**
 * Exchanges a refresh token for the next pair of tokens; repeated, for the same pair, until its refresh token is used.
 */
export const refresh = procedure
  .meta({ policy: 'public', throttle: 'refresh' })
  .input(refreshToken)
  .mutation(async ({ ctx, input }) => {
    const { auth, throttles } = ctx.services;
    const token = input.refresh_token;
    const grant = await throttles.withRefreshToken({ token, address: ctx.request.address }, () =>
      auth.tokens.refresh(token, (signInId) => throttles.refresh(signInId)),
    );
    if (grant === undefined) throw invalidToken('The refresh token is not valid, was used before, or has expired.');
    return presentGrant(grant);
  });
