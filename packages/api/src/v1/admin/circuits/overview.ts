import { adminProcedure } from '../../../middleware/procedure.ts';
import { presentOverview } from '../present.ts';

/** Both circuits, their last hour and the newest orders. */
export const overview = adminProcedure.query(async ({ ctx }) =>
  presentOverview(await ctx.services.operations.circuitsOverview()),
);
