import { z } from 'zod';
import { notFound } from '../../errors/api-error.ts';
import { userProcedure } from '../../middleware/procedure.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { EXAMPLES } from './examples.ts';

const PAGE = 24;
const MAX_PAGE = 100;

export const historyInput = z.object({
  limit: z.coerce.number<number | string>().int().min(1).max(MAX_PAGE).default(PAGE).meta({
    description: 'Identifications in a page',
    example: PAGE,
  }),
  cursor: z.string().min(1).max(200).optional().meta({
    description: '`next_cursor` of the page before; its form may change',
    example: EXAMPLES.history.next_cursor,
  }),
});

const id = z.string().max(100);

const photoInput = z.object({
  id,
  /** Number of the photo in the order of the upload, from 1. */
  n: z.coerce.number<number | string>().int().min(1).max(100),
});

/** Reads the caller's identifications, by an API key of this scope, too. */
const readProcedure = userProcedure.meta({ policy: 'user', scope: 'read' });

export function historyProcedures<W extends WireShapes>(presenter: Presenter<W>) {
  return {
    /** Lists the caller's identifications, newest first. */
    history: readProcedure.input(historyInput.optional()).query(async ({ ctx, input }) => {
      const { cursor, limit } = input ?? { limit: PAGE };
      const page = await ctx.services.identification.history(ctx.principal.userId, {
        limit,
        ...(cursor === undefined ? {} : { cursor }),
      });
      return presenter.history.present(page);
    }),

    /** Returns one of the caller's identifications; those of other users are not found. */
    identification: readProcedure.input(z.object({ id })).query(async ({ ctx, input }) => {
      const found = await ctx.services.identification.find(ctx.principal.userId, input.id);
      if (found === undefined) throw notFound();
      return presenter.storedIdentification.present(found);
    }),
  };
}

/** Creates the procedure for a photo of the caller, as JPEG. Only REST offers it: bytes cannot cross tRPC's JSON. */
export function photoProcedure() {
  return readProcedure.input(photoInput).query(async ({ ctx, input }) => {
    const found = await ctx.services.identification.photo(ctx.principal.userId, input.id, input.n);
    if (found === undefined) throw notFound();
    return found.bytes;
  });
}
