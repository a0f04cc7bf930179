import type { Quota } from '../quota.ts';

/** Lets every call through, and counts none. */
export const unlimited: Quota = {
  refusal: () => undefined,
  run: (_, work) => work({ free: () => undefined, says: () => undefined }),
  counters: () => [],
  start: async () => undefined,
  close: () => undefined,
};
