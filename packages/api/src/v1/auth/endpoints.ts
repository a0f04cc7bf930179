import { defineEndpoint, type Endpoint } from '../../rest/endpoint.ts';
import { locationHeader } from '../../rest/openapi-headers.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import type { authProcedures } from './procedures.ts';
import { credentials, refreshToken, registration } from './wire.ts';

export function authEndpoints<W extends WireShapes>(
  presenter: Presenter<W>,
  auth: ReturnType<typeof authProcedures<W>>,
): readonly Endpoint[] {
  return [
    defineEndpoint({
      operationId: 'register',
      summary: 'Create an account',
      description:
        'Creates an account of tier free with an email address and a password. It does not sign in: `issueToken` does.',
      tag: 'Accounts',
      method: 'POST',
      path: '/auth/register',
      procedure: auth.register,
      request: { json: registration },
      responses: {
        201: {
          description: 'The account; the caller is not signed in',
          json: presenter.account.schema,
          headers: locationHeader('/api/v1/auth/me'),
        },
      },
      errors: ['email_taken'],
      input: ({ json }) => json(registration),
      respond: (json) => ({ status: 201, json, location: '/auth/me' }),
    }),
    defineEndpoint({
      operationId: 'issueToken',
      summary: 'Sign an app in with email address and password',
      description:
        'Issues an access token for the header `Authorization: Bearer …`, and a refresh token for the time after. A wrong password and an unknown account give the same answer.',
      tag: 'Accounts',
      method: 'POST',
      path: '/auth/token',
      procedure: auth.token,
      request: { json: credentials },
      responses: { 200: { description: 'A pair of tokens', json: presenter.tokenGrant.schema } },
      errors: ['invalid_credentials', 'account_disabled'],
      input: ({ json }) => json(credentials),
      respond: (json) => ({ status: 200, json }),
    }),
    defineEndpoint({
      operationId: 'refreshToken',
      summary: 'Exchange a refresh token for the next pair of tokens',
      description:
        'Each refresh token is for one use. If the answer is lost, the same token gets the same successor again; once the successor was used, the old token ends the sign-in.',
      tag: 'Accounts',
      method: 'POST',
      path: '/auth/token/refresh',
      procedure: auth.refresh,
      request: { json: refreshToken },
      responses: {
        200: {
          description:
            'The next pair; a repeated call gets the same refresh token for 24 hours, until that token is used',
          json: presenter.tokenGrant.schema,
        },
      },
      errors: ['invalid_token'],
      input: ({ json }) => json(refreshToken),
      respond: (json) => ({ status: 200, json }),
    }),
    defineEndpoint({
      operationId: 'revokeToken',
      summary: 'Sign an app out',
      description:
        'Revokes all tokens of the sign-in to which the refresh token belongs. Unknown tokens get the same answer.',
      tag: 'Accounts',
      method: 'POST',
      path: '/auth/token/revoke',
      procedure: auth.revoke,
      request: { json: refreshToken },
      responses: { 204: { description: 'All tokens of the sign-in are revoked; also for unknown tokens' } },
      input: ({ json }) => json(refreshToken),
      respond: () => ({ status: 204 }),
    }),
    defineEndpoint({
      operationId: 'getMe',
      summary: "The caller's account and remaining identifications",
      description:
        "Returns the caller's account with what is left of its rate limit and of its daily credits. It does not count against them.",
      tag: 'Accounts',
      method: 'GET',
      path: '/auth/me',
      procedure: auth.me,
      responses: { 200: { description: 'The account and its usage', json: presenter.me.schema } },
      input: () => undefined,
      respond: (json) => ({ status: 200, json }),
    }),
  ];
}
