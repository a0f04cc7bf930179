import { tracked } from '@trpc/server';
import { z } from 'zod';
import { notFound } from '../../../errors/api-error.ts';
import { adminProcedure } from '../../../middleware/procedure.ts';
import { presentOverview } from '../present.ts';

/** tRPC sends the last id when a client comes back; every overview is whole, so none has to be repeated. */
const input = z.object({ lastEventId: z.string().max(40).optional() }).optional();

/**
 * The overview at once, then after every change, at least every ten seconds. Ends with 404 as soon as whoever watches
 * is no administrator any more: that is asked of the database before each overview.
 */
export const watch = adminProcedure.input(input).subscription(async function* ({ ctx, signal }) {
  for await (const seen of ctx.services.operations.watchCircuits(signal ?? ctx.request.signal)) {
    const principal = await ctx.request.reauthenticate();
    if (principal?.role !== 'admin') throw notFound();
    yield tracked(String(seen.at), presentOverview(seen));
  }
});
