import { defineEndpoint, type Endpoint } from '../../rest/endpoint.ts';
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
      tag: 'Accounts',
      method: 'POST',
      path: '/auth/register',
      procedure: auth.register,
      request: { json: registration },
      responses: { 201: { description: 'The account; the caller is not signed in', json: presenter.account.schema } },
      errors: [409],
      input: ({ json }) => json(registration),
      respond: (json) => ({ status: 201, json, location: '/auth/me' }),
    }),
    defineEndpoint({
      operationId: 'issueToken',
      summary: 'Sign an app in with email address and password',
      tag: 'Accounts',
      method: 'POST',
      path: '/auth/token',
      procedure: auth.token,
      request: { json: credentials },
      responses: { 200: { description: 'A pair of tokens', json: presenter.tokenGrant.schema } },
      errors: [401],
      input: ({ json }) => json(credentials),
      respond: (json) => ({ status: 200, json }),
    }),
    defineEndpoint({
      operationId: 'refreshToken',
      summary: 'Exchange a refresh token for the next pair of tokens',
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
      errors: [401],
      input: ({ json }) => json(refreshToken),
      respond: (json) => ({ status: 200, json }),
    }),
    defineEndpoint({
      operationId: 'revokeToken',
      summary: 'Sign an app out',
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
