import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import { CONFIRMED, confirmation } from '../confirmation.ts';

/** Brings back all identifications that the caller has just deleted. */
export function restoreAllIdentifications() {
  const procedure = userProcedure
    .meta({ policy: 'user', scope: 'write' })
    .input(confirmation)
    .mutation(({ ctx }) => ctx.services.identification.restoreAll(ctx.principal.userId));
  return defineEndpoint({
    operationId: 'restoreAllIdentifications',
    summary: "Undo the caller's deletions of the last 30 seconds",
    description:
      'Brings back all identifications that the caller deleted less than 30 seconds ago, one by one or all together, with their photos.',
    tag: 'Plant identification',
    method: 'POST',
    path: '/plant-identification/identifications/restore',
    procedure,
    responses: {
      204: { description: 'The identifications are in the history again. The answer is the same if there were none' },
    },
    input: () => CONFIRMED,
    respond: () => ({ status: 204 }),
  });
}
