import { notFound } from '../../errors/api-error.ts';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import { apiKeyInput, apiKeyParams } from './wire.ts';

/** Revokes one API key of the caller at once; those of other users are not found. */
export function revokeApiKey() {
  const procedure = userProcedure.input(apiKeyInput).mutation(async ({ ctx, input: { id } }) => {
    if (!(await ctx.services.auth.apiKeys.revoke(ctx.principal.userId, id))) throw notFound();
  });
  return defineEndpoint({
    operationId: 'revokeApiKey',
    summary: "Revoke one of the caller's API keys",
    description: 'Revokes an API key at once and for good. Keys of other users are not found.',
    tag: 'Accounts',
    method: 'DELETE',
    path: '/auth/keys/{id}',
    procedure,
    request: { params: apiKeyParams },
    responses: { 204: { description: 'The API key is revoked: calls with it get 401 `invalid_token`' } },
    input: ({ params: { id = '' } }) => ({ id }),
    respond: () => ({ status: 204 }),
  });
}
