import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import { CONFIRMED, confirmation } from '../confirmation.ts';

/** Deletes all identifications of the caller, with their photos. */
export function deleteAllIdentifications() {
  const procedure = userProcedure
    .meta({ policy: 'user', scope: 'write' })
    .input(confirmation)
    .mutation(({ ctx }) => ctx.services.identification.deleteAll(ctx.principal.userId));
  return defineEndpoint({
    operationId: 'deleteAllIdentifications',
    summary: "Delete all of the caller's identifications",
    description: "Empties the caller's history for good, photos included.",
    tag: 'Plant identification',
    method: 'DELETE',
    path: '/plant-identification/identifications',
    procedure,
    responses: { 204: { description: 'All identifications are deleted, with their photos; also if there were none' } },
    input: () => CONFIRMED,
    respond: () => ({ status: 204 }),
  });
}
