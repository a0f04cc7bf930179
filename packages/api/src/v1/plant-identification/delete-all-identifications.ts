import { z } from 'zod';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';

/** A required member, so that no form of another site can send the input. Over REST the method says it. */
const input = z.strictObject({ confirm: z.literal(true) });

/** The deletion of all identifications of the caller, with their photos. */
export function deleteAllIdentifications() {
  const procedure = userProcedure
    .meta({ policy: 'user', scope: 'write' })
    .input(input)
    .mutation(({ ctx }) => ctx.services.identification.deleteAll(ctx.principal.userId));
  const endpoint = defineEndpoint({
    operationId: 'deleteAllIdentifications',
    summary: "Delete all of the caller's identifications",
    description: "Empties the caller's history for good, photos included.",
    tag: 'Plant identification',
    method: 'DELETE',
    path: '/plant-identification/identifications',
    procedure,
    responses: { 204: { description: 'All identifications are deleted, with their photos; also if there were none' } },
    input: () => ({ confirm: true as const }),
    respond: () => ({ status: 204 }),
  });
  return { procedure, endpoint };
}
