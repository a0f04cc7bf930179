import { z } from 'zod';
import { notFound } from '../../errors/api-error.ts';
import { userProcedure } from '../../middleware/procedure.ts';
import { presentStored } from '../present.ts';

/** One of the caller's own identifications; anybody else's does not exist. */
export const identification = userProcedure
  .input(z.object({ id: z.string().max(100) }))
  .query(async ({ ctx, input }) => {
    const found = await ctx.services.identification.find(ctx.principal.userId, input.id);
    if (found === undefined) throw notFound();
    return presentStored(found);
  });
