import { z } from 'zod';
import { notFound } from '../../errors/api-error.ts';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import { EXAMPLES } from './examples.ts';

const input = z.strictObject({ id: z.string().max(100) });

/** The deletion of one of the caller's identifications, with its photos. Those of other users are not found. */
export function deleteIdentification() {
  const procedure = userProcedure
    .meta({ policy: 'user', scope: 'write' })
    .input(input)
    .mutation(async ({ ctx, input: { id } }) => {
      if (!(await ctx.services.identification.delete(ctx.principal.userId, id))) throw notFound();
    });
  const endpoint = defineEndpoint({
    operationId: 'deleteIdentification',
    summary: "Delete one of the caller's identifications",
    description:
      "Removes an identification from the caller's history for good. Identifications of other users are not found.",
    tag: 'Plant identification',
    method: 'DELETE',
    path: '/plant-identification/identifications/{id}',
    procedure,
    request: {
      params: z.object({
        id: z.string().meta({ description: 'ULID of an identification', example: EXAMPLES.identification.id }),
      }),
    },
    responses: { 204: { description: 'The identification is deleted, with the photos that no other one has' } },
    input: ({ params }) => ({ id: params['id'] ?? '' }),
    respond: () => ({ status: 204 }),
  });
  return { procedure, endpoint };
}
