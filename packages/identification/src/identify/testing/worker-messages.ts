import { z } from 'zod';

/** What an instance of the product in a process of its own is told. */
export const workerSettings = z.object({
  redisUrl: z.string(),
  /** How long it waits for Redis at its start. */
  redisWaitMs: z.number(),
  plantIdUrl: z.string(),
  timeoutMs: z.number(),
  ttlMs: z.number(),
});
export type WorkerSettings = z.infer<typeof workerSettings>;

/** What it says each time it is asked; `failed`: the text that the caller is told. */
export const workerAnswer = z.union([
  z.object({ isPlant: z.boolean(), cached: z.boolean() }),
  z.object({ failed: z.string() }),
]);
export type WorkerAnswer = z.infer<typeof workerAnswer>;
