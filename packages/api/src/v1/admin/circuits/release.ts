import { adminProcedure } from '../../../middleware/procedure.ts';
import { presentOverview } from '../present.ts';
import { orderInput } from '../wire.ts';

/** Ends an isolation on all instances. Answers the overview as it is then. */
export const release = adminProcedure.input(orderInput).mutation(async ({ ctx, input }) => {
  await ctx.services.operations.releaseProvider(ctx.operator, input);
  return presentOverview(await ctx.services.operations.circuitsOverview());
});
