import { z } from 'zod';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { EXAMPLES } from './examples.ts';

const PAGE = 24;
const MAX_PAGE = 100;

const query = z.object({
  limit: z.coerce.number<number | string>().int().min(1).max(MAX_PAGE).default(PAGE).meta({
    description: 'Identifications in a page',
    example: PAGE,
  }),
  cursor: z.string().min(1).max(200).optional().meta({
    description: '`next_cursor` of the page before; its form may change',
    example: EXAMPLES.history.next_cursor,
  }),
});

/** Lists the caller's identifications, newest first. */
export function listIdentifications<W extends WireShapes>({ history }: Presenter<W>) {
  const procedure = userProcedure
    .meta({ policy: 'user', scope: 'read' })
    .input(query.optional())
    .query(async ({ ctx, input }) => {
      const { cursor, limit } = input ?? { limit: PAGE };
      const page = await ctx.services.identification.history(ctx.principal.userId, {
        limit,
        ...(cursor === undefined ? {} : { cursor }),
      });
      return history.present(page);
    });
  return defineEndpoint({
    operationId: 'listIdentifications',
    summary: "List the caller's identifications, newest first",
    description: "Returns one page of the caller's history. `next_cursor` of a page is the `cursor` of the next one.",
    tag: 'Plant identification',
    method: 'GET',
    path: '/plant-identification/identifications',
    procedure,
    request: { query },
    responses: { 200: { description: 'One page', json: history.schema } },
    input: (request) => request.query,
    respond: (json) => ({ status: 200, json }),
  });
}
