import { ApiError } from '../../errors/api-error.ts';
import { baseProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { credentials } from './wire.ts';

/** Signs an app in. A wrong password and an unknown account give the same answer. */
export function issueToken<W extends WireShapes>({ tokenGrant }: Presenter<W>) {
  const procedure = baseProcedure
    .meta({ policy: 'public', throttle: 'sign_in' })
    .input(credentials)
    .mutation(({ ctx: { request, services }, input }) =>
      services.throttles.signIn({ email: input.email, address: request.address }, async (attempt) => {
        const grant = await services.auth.tokens.issue(input);
        if (grant === undefined) throw invalidCredentials();
        if (grant === 'disabled') throw new ApiError('account_disabled', 'This account is disabled.');
        attempt.succeeded();
        return tokenGrant.present(grant);
      }),
    );
  return defineEndpoint({
    operationId: 'issueToken',
    summary: 'Sign an app in with email address and password',
    description:
      'Issues an access token, sent as `Authorization: Bearer …`, and a refresh token, which `refreshToken` exchanges for the next pair when the access token has expired. A wrong password and an unknown account give the same answer.',
    tag: 'Accounts',
    method: 'POST',
    path: '/auth/token',
    procedure,
    request: { json: credentials },
    responses: { 200: { description: 'An access token and a refresh token', json: tokenGrant.schema } },
    errors: ['invalid_credentials', 'account_disabled'],
    input: ({ json }) => json(credentials),
    respond: (json) => ({ status: 200, json }),
  });
}

function invalidCredentials(): ApiError {
  return new ApiError('invalid_credentials', 'The email address or the password is wrong.', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
}
