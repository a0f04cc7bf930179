import { adminProcedure } from '../../../middleware/procedure.ts';
import { presentOverview } from '../present.ts';
import { overrideInput } from '../wire.ts';

/** Closes a circuit and forgets its failures, on all instances. Answers the overview as it is then. */
export const reset = adminProcedure.input(overrideInput).mutation(async ({ ctx, input }) => {
  await ctx.services.operations.resetProvider(ctx.operator, input);
  return presentOverview(await ctx.services.operations.circuitsOverview());
});
