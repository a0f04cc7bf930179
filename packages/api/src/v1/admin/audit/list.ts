import { z } from 'zod';
import { adminProcedure } from '../../../middleware/procedure.ts';
import { presentEntry } from '../present.ts';
import type { WireAuditPage } from '../wire.ts';

const input = z.object({ limit: z.int().min(1).max(200).default(50) }).default({ limit: 50 });

/** What operators did, newest first. */
export const list = adminProcedure.input(input).query(async ({ ctx, input: { limit } }): Promise<WireAuditPage> => {
  const entries = await ctx.services.operations.audit(limit);
  return { items: entries.map(presentEntry) };
});
