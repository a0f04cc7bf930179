import { z } from 'zod';
import { notFound } from '../../errors/api-error.ts';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { identificationId, identificationParam } from './identification-id.ts';

/** Returns one of the caller's identifications; those of other users are not found. */
export function getIdentification<W extends WireShapes>({ storedIdentification }: Presenter<W>) {
  const procedure = userProcedure
    .meta({ policy: 'user', scope: 'read' })
    .input(z.object({ id: identificationId }))
    .query(async ({ ctx, input }) => {
      const found = await ctx.services.identification.find(ctx.principal.userId, input.id);
      if (found === undefined) throw notFound();
      return storedIdentification.present(found);
    });
  return defineEndpoint({
    operationId: 'getIdentification',
    summary: "Get one of the caller's identifications",
    description:
      'Returns an identification from the history as it was answered. Identifications of other users are not found.',
    tag: 'Plant identification',
    method: 'GET',
    path: '/plant-identification/identifications/{id}',
    procedure,
    request: { params: z.object({ id: identificationParam }) },
    responses: { 200: { description: 'The identification as it was answered', json: storedIdentification.schema } },
    input: ({ params: { id = '' } }) => ({ id }),
    respond: (json) => ({ status: 200, json }),
  });
}
