import { adminProcedure } from '../../../chain/procedure.ts';
import { presentOverview } from '../present.ts';
import { orderInput } from '../wire.ts';

/** Ends an isolation on all instances. Answers the overview as it is then. */
export const release = adminProcedure.input(orderInput).mutation(async ({ ctx, input }) => {
  await ctx.parts.operations.releaseProvider(ctx.operator, input);
  return presentOverview(await ctx.parts.operations.circuitsOverview());
});
