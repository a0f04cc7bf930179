import { userProcedure } from '../../chain/procedure.ts';
import { presentAccount } from './present.ts';
import type { WireMe } from './wire.ts';

/** Who is signed in, as the database has them now, and how much they may still identify; asking counts nothing. */
export const me = userProcedure.query(async ({ ctx }): Promise<WireMe> => {
  const { limit, remaining, resetAt } = await ctx.parts.limit.usage(ctx.audience);
  return {
    ...presentAccount(ctx.principal),
    usage: { limit, remaining, reset_at: new Date(resetAt).toISOString() },
  };
});
