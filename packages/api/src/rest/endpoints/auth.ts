import { restRouter } from '../../trpc/router.ts';
import { account, credentials, me, refreshToken, registration, tokenGrant } from '../../v1/auth/wire.ts';
import { defineEndpoint, type Endpoint } from '../registry.ts';

const { auth } = restRouter;

export const authEndpoints: readonly Endpoint[] = [
  defineEndpoint({
    operationId: 'register',
    summary: 'Make an account',
    tag: 'Accounts',
    method: 'POST',
    path: '/auth/register',
    procedure: auth.register,
    request: { json: registration },
    responses: { 201: { description: 'The account, to which nobody is signed in yet', json: account } },
    errors: [409],
    call: async ({ json, procedures }) => ({
      status: 201,
      json: await procedures.auth.register(await json(registration)),
    }),
  }),
  defineEndpoint({
    operationId: 'issueToken',
    summary: 'Sign an app in with email address and password',
    tag: 'Accounts',
    method: 'POST',
    path: '/auth/token',
    procedure: auth.token,
    request: { json: credentials },
    responses: { 200: { description: 'A pair of tokens', json: tokenGrant } },
    errors: [401],
    call: async ({ json, procedures }) => ({ status: 200, json: await procedures.auth.token(await json(credentials)) }),
  }),
  defineEndpoint({
    operationId: 'refreshToken',
    summary: 'Take the next pair of tokens for a refresh token',
    tag: 'Accounts',
    method: 'POST',
    path: '/auth/token/refresh',
    procedure: auth.refresh,
    request: { json: refreshToken },
    responses: {
      200: {
        description:
          'The next pair; a repeated call gets the same refresh token for 24 hours, until that token is used',
        json: tokenGrant,
      },
    },
    errors: [401],
    call: async ({ json, procedures }) => ({
      status: 200,
      json: await procedures.auth.refresh(await json(refreshToken)),
    }),
  }),
  defineEndpoint({
    operationId: 'revokeToken',
    summary: 'Sign an app out',
    tag: 'Accounts',
    method: 'POST',
    path: '/auth/token/revoke',
    procedure: auth.revoke,
    request: { json: refreshToken },
    responses: { 204: { description: 'No token of that sign-in is good, whether or not it ever was' } },
    call: async ({ json, procedures }) => {
      await procedures.auth.revoke(await json(refreshToken));
      return { status: 204 };
    },
  }),
  defineEndpoint({
    operationId: 'getMe',
    summary: 'Who is signed in, and how much they may still identify',
    tag: 'Accounts',
    method: 'GET',
    path: '/auth/me',
    procedure: auth.me,
    responses: { 200: { description: 'The account and its use', json: me } },
    call: async ({ procedures }) => ({ status: 200, json: await procedures.auth.me() }),
  }),
];
