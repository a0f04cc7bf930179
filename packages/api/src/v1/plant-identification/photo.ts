import { z } from 'zod';
import { notFound } from '../../errors/api-error.ts';
import { userProcedure } from '../../middleware/procedure.ts';

const input = z.object({
  id: z.string().max(100),
  /** Counted from 1, in the order of the upload. */
  n: z.coerce.number<number | string>().int().min(1).max(100),
});

/** The JPEG of one photo of the caller's own. Bytes cannot cross tRPC's JSON, so only REST offers it. */
export const photo = userProcedure.input(input).query(async ({ ctx, input: { id, n } }) => {
  const found = await ctx.services.identification.photo(ctx.principal.userId, id, n);
  if (found === undefined) throw notFound();
  return found.bytes;
});
