import { z } from 'zod';

/** Settings of a spending worker. */
export const spendingSettings = z.object({
  redisUrl: z.string(),
  serviceUrl: z.string(),
  prefix: z.string(),
  /** Daily limit. */
  limit: z.number(),
  attempts: z.number(),
});
export type SpendingSettings = z.infer<typeof spendingSettings>;

/** Report of a spending worker. */
export const spendingReport = z.object({ answered: z.number(), refused: z.number() });
export type SpendingReport = z.infer<typeof spendingReport>;
