import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import type { Presenter, WireShapes } from '../presenter.ts';

/** Lists the API keys of the caller. */
export function listApiKeys<W extends WireShapes>({ apiKeyList }: Presenter<W>) {
  const procedure = userProcedure.query(async ({ ctx }) =>
    apiKeyList.present(await ctx.services.auth.apiKeys.list(ctx.principal.userId)),
  );
  return defineEndpoint({
    operationId: 'listApiKeys',
    summary: "List the caller's API keys, newest first",
    description: 'Returns all API keys of the account, expired ones included.',
    tag: 'Accounts',
    method: 'GET',
    path: '/auth/keys',
    procedure,
    responses: {
      200: { description: 'All API keys without `key`, which only `createApiKey` returns', json: apiKeyList.schema },
    },
    input: () => undefined,
    respond: (json) => ({ status: 200, json }),
  });
}
