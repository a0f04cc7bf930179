import { invalidToken } from '../../middleware/authentication.ts';
import { baseProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { refreshTokenBody } from './wire.ts';

/** Exchanges a refresh token for the next pair of tokens; a repeated exchange gets the same pair until it is used. */
export function refreshToken<W extends WireShapes>({ tokenGrant }: Presenter<W>) {
  const procedure = baseProcedure
    .meta({ policy: 'public', throttle: 'refresh' })
    .input(refreshTokenBody)
    .mutation(async ({ ctx, input: { refresh_token: token } }) => {
      const { auth, throttles } = ctx.services;
      const grant = await throttles.withToken({ token, address: ctx.request.address }, () =>
        auth.tokens.refresh(token, (signInId) => throttles.refresh(signInId)),
      );
      if (grant === undefined) {
        throw invalidToken('The refresh token is not valid, was used before, or has expired.');
      }
      return tokenGrant.present(grant);
    });
  return defineEndpoint({
    operationId: 'refreshToken',
    summary: 'Exchange a refresh token for a new pair of tokens',
    description:
      'A refresh token is for one use: the answer holds the one that replaces it. If the answer is lost, send the old token again within 24 hours: it gets the same replacement. An old token that is sent after its replacement was used may be stolen, so it ends the sign-in.',
    tag: 'Accounts',
    method: 'POST',
    path: '/auth/token/refresh',
    procedure,
    request: { json: refreshTokenBody },
    responses: { 200: { description: 'The new access token and refresh token', json: tokenGrant.schema } },
    errors: ['invalid_token'],
    input: ({ json }) => json(refreshTokenBody),
    respond: (json) => ({ status: 200, json }),
  });
}
