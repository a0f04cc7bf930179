import { baseProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import { refreshTokenBody } from './wire.ts';

/** Signs an app out: revokes all tokens of its sign-in. Unknown tokens succeed too, until their rate limit. */
export function revokeToken() {
  const procedure = baseProcedure
    .meta({ policy: 'public', throttle: 'refresh' })
    .input(refreshTokenBody)
    .mutation(async ({ ctx, input: { refresh_token: token } }) => {
      const { auth, throttles } = ctx.services;
      await throttles.withToken(
        { token, address: ctx.request.address },
        async () => (await auth.tokens.revoke(token)) || undefined,
      );
    });
  return defineEndpoint({
    operationId: 'revokeToken',
    summary: 'Sign an app out',
    description:
      'Revokes all tokens of the sign-in to which the refresh token belongs. An unknown token gets the same answer.',
    tag: 'Accounts',
    method: 'POST',
    path: '/auth/token/revoke',
    procedure,
    request: { json: refreshTokenBody },
    responses: {
      204: { description: 'All tokens of the sign-in are revoked. An unknown token gets this answer, too' },
    },
    input: ({ json }) => json(refreshTokenBody),
    respond: () => ({ status: 204 }),
  });
}
