import { adminProcedure } from '../../../middleware/procedure.ts';
import { presentOverview } from '../present.ts';
import { isolateInput } from '../wire.ts';

const MINUTE_MS = 60_000;

/** No instance calls the provider until the end given, or a release. Answers the overview as it is then. */
export const isolate = adminProcedure.input(isolateInput).mutation(async ({ ctx, input }) => {
  const { minutes, provider, reason, until } = input;
  const end = minutes === undefined ? until : ctx.services.clock.now() + minutes * MINUTE_MS;
  await ctx.services.operations.isolateProvider(ctx.operator, {
    provider,
    reason,
    ...(end !== undefined && { until: new Date(end) }),
  });
  return presentOverview(await ctx.services.operations.circuitsOverview());
});
