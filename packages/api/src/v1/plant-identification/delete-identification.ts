import { z } from 'zod';
import { notFound } from '../../errors/api-error.ts';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import { identificationId, identificationParam } from './identification-id.ts';

/** Deletes one of the caller's identifications and its photos; those of other users are not found. */
export function deleteIdentification() {
  const procedure = userProcedure
    .meta({ policy: 'user', scope: 'write' })
    .input(z.strictObject({ id: identificationId }))
    .mutation(async ({ ctx, input: { id } }) => {
      if (!(await ctx.services.identification.delete(ctx.principal.userId, id))) throw notFound();
    });
  return defineEndpoint({
    operationId: 'deleteIdentification',
    summary: "Delete one of the caller's identifications",
    description:
      "Deletes an identification of the caller's history, with its photos. For 30 seconds it can be restored; then it is deleted for good. Identifications of other users are not found.",
    tag: 'Plant identification',
    method: 'DELETE',
    path: '/plant-identification/identifications/{id}',
    procedure,
    request: { params: z.object({ id: identificationParam }) },
    responses: {
      204: {
        description:
          'The identification and its photos are deleted; a photo that is in another identification, too, stays there',
      },
    },
    input: ({ params: { id = '' } }) => ({ id }),
    respond: () => ({ status: 204 }),
  });
}
