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
    description:
      "Deletes the caller's whole history, with all photos. For 30 seconds it can be restored; then it is deleted for good. The path with a slash at its end is refused with 405, so that an empty id of one identification never deletes everything.",
    tag: 'Plant identification',
    method: 'DELETE',
    path: '/plant-identification/identifications',
    procedure,
    responses: {
      204: { description: 'All identifications and photos are deleted. The answer is the same if there were none' },
    },
    input: () => CONFIRMED,
    respond: () => ({ status: 204 }),
  });
}
