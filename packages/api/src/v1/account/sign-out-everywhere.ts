import { z } from 'zod';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';

/** A required member, so that no form of another site can send the input. Over REST the method says it. */
const input = z.strictObject({ confirm: z.literal(true) });

/** The end of all sessions and tokens of the caller's account, also the caller's. */
export function signOutEverywhere() {
  const procedure = userProcedure
    .input(input)
    .mutation(({ ctx }) => ctx.services.auth.accounts.signOutEverywhere(ctx.principal.userId));
  const endpoint = defineEndpoint({
    operationId: 'signOutEverywhere',
    summary: 'End all sessions and tokens of the account',
    description:
      'Signs out every browser and app of the account, the caller included. API keys stay; `revokeApiKey` ends one.',
    tag: 'Accounts',
    method: 'DELETE',
    path: '/auth/sessions',
    procedure,
    responses: { 204: { description: "All sessions and tokens have ended, also the caller's" } },
    input: () => ({ confirm: true as const }),
    respond: () => ({ status: 204 }),
  });
  return { procedure, endpoint };
}
