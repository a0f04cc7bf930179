import type { Dependencies } from '../dependencies/dependencies.ts';

/** Dependencies of which each one is up. */
export const healthyDependencies: Dependencies = {
  redis: { state: 'up' },
  database: { isUp: true, inUse: 0, size: 10, waiting: 0 },
  photoStore: { isUp: true, freeBytes: 1_000_000, orphans: 0 },
  decoder: { running: 0, waiting: 0, size: 2 },
};
