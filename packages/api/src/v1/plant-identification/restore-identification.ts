import { z } from 'zod';
import { notFound } from '../../errors/api-error.ts';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import { identificationId, identificationParam } from './identification-id.ts';

/** Brings back one of the caller's identifications that was deleted; those of other users are not found. */
export function restoreIdentification() {
  const procedure = userProcedure
    .meta({ policy: 'user', scope: 'write' })
    .input(z.strictObject({ id: identificationId }))
    .mutation(async ({ ctx, input: { id } }) => {
      if (!(await ctx.services.identification.restore(ctx.principal.userId, id))) throw notFound();
    });
  return defineEndpoint({
    operationId: 'restoreIdentification',
    summary: "Undo the deletion of one of the caller's identifications",
    description:
      'Brings back an identification that was deleted less than 30 seconds ago, with its photos. Later it is not found. A repetition gets the same answer, and so does an identification that is not deleted.',
    tag: 'Plant identification',
    method: 'POST',
    path: '/plant-identification/identifications/{id}/restore',
    procedure,
    request: { params: z.object({ id: identificationParam }) },
    responses: { 204: { description: 'The identification is in the history again' } },
    input: ({ params: { id = '' } }) => ({ id }),
    respond: () => ({ status: 204 }),
  });
}
