import { z } from 'zod';

/** What a process that spends is told. */
export const spendingSettings = z.object({
  redisUrl: z.string(),
  serviceUrl: z.string(),
  prefix: z.string(),
  /** Of the day. */
  limit: z.number(),
  attempts: z.number(),
});
export type SpendingSettings = z.infer<typeof spendingSettings>;

/** And what it says in the end. */
export const spendingReport = z.object({ answered: z.number(), refused: z.number() });
export type SpendingReport = z.infer<typeof spendingReport>;
