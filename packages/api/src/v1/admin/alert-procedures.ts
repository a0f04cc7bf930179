import { z } from 'zod';
import { adminProcedure } from '../../middleware/procedure.ts';
import type { Presenter, WireShapes } from '../presenter.ts';

/** `id`: ULID of the alert. */
const acknowledgeInput = z.strictObject({ id: z.string().min(1).max(40) });

/** Procedures about alerts. */
export function alertProcedures<W extends WireShapes>({ alerts, overview }: Presenter<W>) {
  return {
    /** Lists the open alerts, then those resolved in the last 24 hours. */
    list: adminProcedure.query(async ({ ctx }) => alerts.present(await ctx.services.operations.alerts())),

    /** Records that the caller takes care of an alert, so that it calls no one else. Returns the overview afterwards. */
    acknowledge: adminProcedure.input(acknowledgeInput).mutation(async ({ ctx, input }) => {
      const { operations } = ctx.services;
      await operations.acknowledgeAlert(ctx.operator, input.id);
      return overview.present(await operations.overview());
    }),
  };
}
