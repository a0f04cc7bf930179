import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import { CONFIRMED, confirmation } from '../confirmation.ts';

/** Ends all sessions and tokens of the caller's account, also the one that sends the call. */
export function signOutEverywhere() {
  const procedure = userProcedure
    .input(confirmation)
    .mutation(({ ctx }) => ctx.services.auth.accounts.signOutEverywhere(ctx.principal.userId));
  return defineEndpoint({
    operationId: 'signOutEverywhere',
    summary: 'End all sessions and tokens of the account',
    description:
      'Signs out every browser and app of the account, the caller included. API keys stay: `revokeApiKey` revokes one.',
    tag: 'Accounts',
    method: 'DELETE',
    path: '/auth/sessions',
    procedure,
    responses: { 204: { description: "All sessions and tokens have ended, also the caller's" } },
    input: () => CONFIRMED,
    respond: () => ({ status: 204 }),
  });
}
