import { authenticationRequired } from '../../middleware/authentication.ts';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import { locationHeader } from '../../rest/openapi-headers.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { newApiKey } from './wire.ts';

/** Makes an API key of the caller, and returns it for the only time. No API key can make another one. */
export function createApiKey<W extends WireShapes>({ madeApiKey }: Presenter<W>) {
  const procedure = userProcedure
    .input(newApiKey)
    .mutation(async ({ ctx, input: { expires_at: expiresAt, name, scopes } }) => {
      const made = await ctx.services.auth.apiKeys.create(ctx.principal.userId, {
        name,
        scopes,
        ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
      });
      // The account was disabled or removed while the request ran.
      if (made === undefined) throw authenticationRequired();
      return madeApiKey.present(made);
    });
  return defineEndpoint({
    operationId: 'createApiKey',
    summary: 'Make an API key for a script',
    description:
      "Makes a key with which a script acts for the account within the given scopes and the account's limits. The key is in this answer only.",
    tag: 'Accounts',
    method: 'POST',
    path: '/auth/keys',
    procedure,
    request: { json: newApiKey },
    responses: {
      201: {
        description: 'The key, shown only now',
        json: madeApiKey.schema,
        headers: locationHeader('/api/v1/auth/keys/6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b4'),
      },
    },
    input: ({ json }) => json(newApiKey),
    respond: (json) => ({ status: 201, json, location: `/auth/keys/${json.id}` }),
  });
}
