import { adminProcedure } from '../../../middleware/procedure.ts';
import { presentOverview } from '../present.ts';
import { overrideInput } from '../wire.ts';

/** Ends an isolation on all instances. Answers the overview as it is then. */
export const release = adminProcedure.input(overrideInput).mutation(async ({ ctx, input }) => {
  await ctx.services.operations.releaseProvider(ctx.operator, input);
  return presentOverview(await ctx.services.operations.circuitsOverview());
});
