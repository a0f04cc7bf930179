import { z } from 'zod';

/** Settings of a spending worker. */
export const spendingSettings = z.object({
  redisUrl: z.string(),
  serviceUrl: z.string(),
  prefix: z.string(),
  /** Daily limit. */
  limit: z.number(),
  attempts: z.number(),
  /** Added to the time of the system, 0 unless given, so that no new day with new credits begins during the test. */
  clockOffsetMs: z.number().optional(),
});
export type SpendingSettings = z.infer<typeof spendingSettings>;

/** Report of a spending worker: calls that were answered, refused for lack of credits, and errors of all others. */
export const spendingReport = z.object({ answered: z.number(), refused: z.number(), failed: z.array(z.string()) });
export type SpendingReport = z.infer<typeof spendingReport>;
