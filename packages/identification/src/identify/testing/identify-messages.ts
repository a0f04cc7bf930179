import { z } from 'zod';

/** Settings of an instance of the product in a process of its own. */
export const workerSettings = z.object({
  redisUrl: z.string(),
  /** How long the instance waits for Redis at its start. */
  redisWaitMs: z.number(),
  plantIdUrl: z.string(),
  timeoutMs: z.number(),
  ttlMs: z.number(),
});

export type WorkerSettings = z.infer<typeof workerSettings>;

/** The answer of a worker; `failed`: code of the error that the caller gets. */
export const workerAnswer = z.union([
  z.object({ isPlant: z.boolean(), cached: z.boolean() }),
  z.object({ failed: z.string() }),
]);

export type WorkerAnswer = z.infer<typeof workerAnswer>;
