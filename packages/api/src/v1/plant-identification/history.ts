import { z } from 'zod';
import { userProcedure } from '../../middleware/procedure.ts';
import { presentHistory } from '../present.ts';

const PAGE = 24;
const MAX_PAGE = 100;

export const historyInput = z.object({
  limit: z.coerce.number<number | string>().int().min(1).max(MAX_PAGE).default(PAGE),
  /** Opaque: `next_cursor` of the page before. */
  cursor: z.string().min(1).max(200).optional(),
});

/** The caller's own identifications, newest first. */
export const history = userProcedure.input(historyInput.optional()).query(async ({ ctx, input }) => {
  const { cursor, limit } = input ?? { limit: PAGE };
  const page = await ctx.services.identification.history(ctx.principal.userId, {
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  });
  return presentHistory(page);
});
