import type { Quota } from '../types.ts';

/** A quota that lets every call through and counts none. */
export const unlimited: Quota = {
  shortage: () => undefined,
  run: (_, work) => work({ markUnbilled: () => undefined, reportUsage: () => undefined }),
  counters: () => [],
  reportedAt: () => undefined,
  usedOn: async () => ({ provider: 'plant_id', used: 0, limit: undefined }),
  start: async () => undefined,
  close: () => undefined,
};
