import { z } from 'zod';
import { notFound } from '../errors/api-error.ts';
import { userProcedure } from '../middleware/procedure.ts';
import { defineEndpoint } from '../rest/endpoint.ts';
import { identificationId, identificationParam } from '../v1/plant-identification/identification-id.ts';

const text = z.string().min(1).max(500);
const newNote = z.strictObject({ text }).meta({ id: 'NewNote', example: { text: 'Behind the greenhouse' } });
const note = z
  .object({ identification: z.string(), text })
  .meta({ id: 'Note', example: { identification: '01JD8Z4Q0M3T5R7V9X1B2C4D6F', text: 'Behind the greenhouse' } });

/** Sets the note of one of the caller's identifications; those of other users are not found. */
export function setNote() {
  const procedure = userProcedure
    .meta({ policy: 'user', scope: 'write' })
    .input(z.strictObject({ id: identificationId, text }))
    .mutation(async ({ ctx, input: { id, text: sent } }): Promise<z.infer<typeof note>> => {
      if ((await ctx.services.identification.find(ctx.principal.userId, id)) === undefined) throw notFound();
      return { identification: id, text: sent };
    });
  return defineEndpoint({
    operationId: 'setNote',
    summary: 'Set the note of an identification',
    description: 'Replaces the note. Identifications of other users are not found.',
    tag: 'Plant identification',
    method: 'PUT',
    path: '/plant-identification/identifications/{id}/note',
    procedure,
    request: { params: z.object({ id: identificationParam }), json: newNote },
    responses: { 200: { description: 'The note', json: note } },
    input: async ({ json, params: { id = '' } }) => ({ id, ...(await json(newNote)) }),
    respond: (json) => ({ status: 200, json }),
  });
}
