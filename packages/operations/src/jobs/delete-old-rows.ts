import type { Database } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { DAY_MS } from '../durations.ts';
import type { JobReport } from './job.ts';
import { KEPT_FAILURES_MS } from './run-store.ts';

/** Age from which the use of a day is deleted: pages show 30 days, and a year is kept to compare with. */
const KEPT_USE_MS = 400 * DAY_MS;
/** Age from which an alert that is resolved is deleted, with its deliveries. */
const KEPT_ALERTS_MS = 90 * DAY_MS;

/**
 * Deletes rows that nothing reads any more: the use of providers and of legacy paths on days long ago, alerts that were
 * resolved long ago, and runs of jobs that the table no longer has. The runner itself deletes those of the others, of
 * which none is that old.
 */
export async function deleteOldRows({
  clock,
  database,
}: {
  clock: Clock;
  database: Pick<Database, 'client'>;
}): Promise<JobReport> {
  const now = clock.now();
  const { alert, jobRun, legacyUse, providerUse } = database.client;
  const days = { where: { day: { lt: new Date(now - KEPT_USE_MS) } } };
  const uses = await providerUse.deleteMany(days);
  const legacyUses = await legacyUse.deleteMany(days);
  const alerts = await alert.deleteMany({ where: { resolvedAt: { lt: new Date(now - KEPT_ALERTS_MS) } } });
  const runs = await jobRun.deleteMany({ where: { startedAt: { lt: new Date(now - KEPT_FAILURES_MS) } } });
  return {
    text: `Deleted ${uses.count + legacyUses.count} rows of daily use, ${alerts.count} alerts and ${runs.count} runs of former jobs.`,
  };
}
