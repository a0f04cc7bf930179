import { userProcedure } from '../../middleware/procedure.ts';
import { presentAccount, presentCredits } from './present.ts';
import type { WireMe } from './wire.ts';

/** Who is signed in, as the database has them now, and how much they may still identify; asking counts nothing. */
export const me = userProcedure.query(async ({ ctx }): Promise<WireMe> => {
  const { identifyLimit: limit, creditShares: shares } = ctx.services;
  const [usage, credits] = await Promise.all([
    limit.peek(ctx.rateLimitSubject),
    shares.peek(shares.sharesOf(ctx.principal, ctx.request.address)),
  ]);
  return {
    ...presentAccount(ctx.principal),
    usage: {
      limit: usage.limit,
      remaining: usage.remaining,
      reset_at: new Date(usage.resetAt).toISOString(),
      ...(credits.length > 0 && { credits: credits.map(presentCredits) }),
    },
  };
});
