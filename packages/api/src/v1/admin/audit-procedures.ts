import { adminProcedure } from '../../middleware/procedure.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { auditListInput } from './audit-wire.ts';

/** Procedures about the audit trail. */
export function auditProcedures<W extends WireShapes>({ auditPage }: Presenter<W>) {
  return {
    /** Lists the entries that match, newest first. */
    list: adminProcedure.input(auditListInput).query(async ({ ctx, input }) => {
      const { from, to, ...query } = input;
      const page = await ctx.services.operations.audit({
        ...query,
        ...(from !== undefined && { from: new Date(from) }),
        ...(to !== undefined && { to: new Date(to) }),
      });
      return auditPage.present(page);
    }),
  };
}
