import { z } from 'zod';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { EXAMPLES } from './examples.ts';

const PAGE = 24;
const MAX_PAGE = 100;
const MAX_QUERY_LENGTH = 100;

/** A boolean: REST sends its text, tRPC the value. */
const flag = z
  .custom<boolean | 'true' | 'false'>(
    (value) => typeof value === 'boolean' || value === 'true' || value === 'false',
    'must be true or false',
  )
  .meta({ override: { type: 'boolean' } })
  .transform((value) => value === true || value === 'true');

const query = z.object({
  limit: z.coerce.number<number | string>().int().min(1).max(MAX_PAGE).default(PAGE).meta({
    description: 'Identifications in a page',
    example: PAGE,
  }),
  cursor: z.string().min(1).max(200).optional().meta({
    description: '`next_cursor` of the page before; its form may change',
    example: EXAMPLES.history.next_cursor,
  }),
  q: z.string().max(MAX_QUERY_LENGTH).optional().meta({
    description:
      'Parts of common or scientific names, in any order: an answer must have all of them. Case, accents and punctuation do not count',
    example: 'monst delic',
  }),
  is_plant: flag.optional().meta({
    description: 'Whether there is a plant on the photos',
    example: true,
  }),
  min_confidence: z.coerce.number<number | string>().min(0).max(1).optional().meta({
    description: 'Least confidence. Identifications without one are left out',
    example: 0.5,
  }),
});

/** Filters that a form sends empty or blank when its user chose nothing. A blank number would count as 0. */
const FILTERS: readonly string[] = ['q', 'is_plant', 'min_confidence'];

/** Lists the caller's identifications, newest first: all, or those that a search and filters leave. */
export function listIdentifications<W extends WireShapes>({ history }: Presenter<W>) {
  const procedure = userProcedure
    .meta({ policy: 'user', scope: 'read' })
    .input(query.optional())
    .query(async ({ ctx, input }) => {
      const { cursor, is_plant: isPlant, limit, min_confidence: minConfidence, q: names } = input ?? { limit: PAGE };
      const page = await ctx.services.identification.history(ctx.principal.userId, {
        limit,
        ...(cursor === undefined ? {} : { cursor }),
        ...(names === undefined ? {} : { names }),
        ...(isPlant === undefined ? {} : { isPlant }),
        ...(minConfidence === undefined ? {} : { minConfidence }),
      });
      return history.present(page);
    });
  return defineEndpoint({
    operationId: 'listIdentifications',
    summary: "List the caller's identifications, newest first",
    description:
      "Returns one page of the caller's history, of all identifications or of those that match every filter. `next_cursor` of a page is the `cursor` of the next one, with the same filters. A filter without a value is ignored.",
    tag: 'Plant identification',
    method: 'GET',
    path: '/plant-identification/identifications',
    procedure,
    request: { query },
    responses: { 200: { description: 'One page', json: history.schema } },
    input: ({ query: sent }) =>
      Object.fromEntries(
        Object.entries(sent).filter(([name, value]) => value.trim() !== '' || !FILTERS.includes(name)),
      ),
    respond: (json) => ({ status: 200, json }),
  });
}
