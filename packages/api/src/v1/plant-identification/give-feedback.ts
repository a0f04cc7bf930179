import { z } from 'zod';
import { notFound } from '../../errors/api-error.ts';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { identificationId, identificationParam } from './identification-id.ts';
import { newFeedback } from './wire.ts';

const input = newFeedback.extend({ id: identificationId }).superRefine(({ name, rating }, context) => {
  if (rating === 'it_is' && name === undefined) {
    context.addIssue({ code: 'custom', path: ['name'], message: 'must be sent with it_is' });
  }
  if (rating !== 'it_is' && name !== undefined) {
    context.addIssue({ code: 'custom', path: ['name'], message: 'must be sent with it_is alone' });
  }
});

/** Stores the caller's feedback on one of the caller's identifications; those of other users are not found. */
export function giveFeedback<W extends WireShapes>({ feedback }: Presenter<W>) {
  const procedure = userProcedure
    .meta({ policy: 'user', scope: 'write' })
    .input(input)
    .mutation(async ({ ctx, input: { id, name, rating } }) => {
      const given = { rating, ...(name !== undefined && { name }) };
      const stored = await ctx.services.identification.giveFeedback(ctx.principal.userId, id, given);
      if (stored === undefined) throw notFound();
      return feedback.present(stored);
    });
  return defineEndpoint({
    operationId: 'giveFeedback',
    summary: 'Say whether an answer is right',
    description:
      'Stores what the caller says about an answer, and replaces earlier feedback. The identification and the history show it. If Plant.id gave the answer, it gets the rating, and never the name. Identifications of other users are not found.',
    tag: 'Plant identification',
    method: 'POST',
    path: '/plant-identification/identifications/{id}/feedback',
    procedure,
    request: { params: z.object({ id: identificationParam }), json: newFeedback },
    responses: { 201: { description: 'The feedback as it is stored', json: feedback.schema } },
    input: async ({ json, params: { id = '' } }) => ({ id, ...(await json(newFeedback)) }),
    respond: (json) => ({ status: 201, json }),
  });
}
