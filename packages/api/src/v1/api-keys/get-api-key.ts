import { notFound } from '../../errors/api-error.ts';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { apiKeyInput, apiKeyParams } from './wire.ts';

/** Returns one API key of the caller; those of other users are not found. */
export function getApiKey<W extends WireShapes>({ apiKey }: Presenter<W>) {
  const procedure = userProcedure.input(apiKeyInput).query(async ({ ctx, input: { id } }) => {
    const found = await ctx.services.auth.apiKeys.find(ctx.principal.userId, id);
    if (found === undefined) throw notFound();
    return apiKey.present(found);
  });
  return defineEndpoint({
    operationId: 'getApiKey',
    summary: "Get one of the caller's API keys",
    description: 'Returns the name, scopes, expiry and last use of an API key. Keys of other users are not found.',
    tag: 'Accounts',
    method: 'GET',
    path: '/auth/keys/{id}',
    procedure,
    request: { params: apiKeyParams },
    responses: {
      200: { description: 'The API key without `key`, which only `createApiKey` returns', json: apiKey.schema },
    },
    input: ({ params: { id = '' } }) => ({ id }),
    respond: (json) => ({ status: 200, json }),
  });
}
