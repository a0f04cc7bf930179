import type { Database } from '@plantcommunity/db';
import type { OperatedService } from '@plantcommunity/identification';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';

/** What the jobs work with. */
export interface JobParts {
  identification: Pick<OperatedService, 'deleteOrphanedPhotos' | 'usedOn'>;
  /** Deletes expired sign-ins and returns how many. */
  deleteExpiredSignIns: (signal: AbortSignal) => Promise<number>;
  database: Pick<Database, 'client'>;
  clock: Clock;
  logger: Logger;
}
