import { MAX_API_KEYS } from '@plantcommunity/auth';
import { authenticationRequired } from '../../middleware/authentication.ts';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import { locationHeader } from '../../rest/openapi-headers.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { newApiKey } from './wire.ts';

/** Creates an API key of the caller, and returns it for the only time. No API key can create another one. */
export function createApiKey<W extends WireShapes>({ createdApiKey }: Presenter<W>) {
  const procedure = userProcedure
    .input(newApiKey)
    .mutation(async ({ ctx, input: { expires_at: expiresAt, name, scopes } }) => {
      const created = await ctx.services.auth.apiKeys.create(ctx.principal.userId, {
        name,
        scopes,
        ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
      });
      // The account was disabled or deleted while the request ran.
      if (created === undefined) throw authenticationRequired();
      return createdApiKey.present(created);
    });
  return defineEndpoint({
    operationId: 'createApiKey',
    summary: 'Create an API key for a script',
    description: `Creates a key with which a script acts for the account. Its scopes limit what the script may do, and its calls count against the limits of the account. An account has at most ${MAX_API_KEYS} keys, expired ones included; another one is refused with 400. Store the key: no other call returns it.`,
    tag: 'Accounts',
    method: 'POST',
    path: '/auth/keys',
    procedure,
    request: { json: newApiKey },
    responses: {
      201: {
        description: 'The API key; `key` is what the script sends',
        json: createdApiKey.schema,
        headers: locationHeader('/api/v1/auth/keys/6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b4'),
      },
    },
    input: ({ json }) => json(newApiKey),
    respond: (json) => ({ status: 201, json, location: `/auth/keys/${json.id}` }),
  });
}
