import type { Database } from '@plantcommunity/db';
import type { FollowUpRun, OperatedService, OrphanDeletion, RefusedDeletion } from '@plantcommunity/identification';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { DAY_MS } from '../durations.ts';
import { deleteOldRows } from './delete-old-rows.ts';
import { type Job, JobFailure, type JobReport } from './job.ts';
import { reportQuotaUse } from './report-quota-use.ts';

/** What the jobs work with. */
interface MaintenanceParts {
  identification: Pick<
    OperatedService,
    | 'deleteExpiredKeys'
    | 'deleteOlderThan'
    | 'deleteOrphanedPhotos'
    | 'deleteProviderCopies'
    | 'fillSearch'
    | 'removeDeleted'
    | 'sendRatings'
    | 'usedOn'
  >;
  /** Days after which an identification is deleted; 0: never. */
  retentionDays: number;
  /** Deletes expired sign-ins and returns how many. */
  deleteExpiredSignIns: (signal: AbortSignal) => Promise<number>;
  database: Pick<Database, 'client'>;
  clock: Clock;
  logger: Logger;
}

/**
 * Returns the table of jobs: all regular work of the app that one instance does for all, besides that of alerts. Times
 * are in UTC.
 */
export function maintenanceJobs(parts: MaintenanceParts): readonly Job[] {
  const { clock, deleteExpiredSignIns, identification, retentionDays } = parts;
  const deleteOldIdentifications: Job = {
    name: 'delete-old-identifications',
    every: { dailyAt: '02:40' },
    run: async (signal) => {
      const deleted = await identification.deleteOlderThan(clock.now() - retentionDays * DAY_MS, signal);
      return { text: `Deleted ${deleted} identifications of more than ${retentionDays} days ago.` };
    },
  };
  return [
    {
      name: 'remove-deleted-identifications',
      every: { minutes: 1 },
      run: async (signal) => ({ text: `Removed ${await identification.removeDeleted(signal)} identifications.` }),
    },
    {
      name: 'fill-search',
      every: { minutes: 60 },
      run: async (signal) => ({
        text: `Filled the search of ${await identification.fillSearch(signal)} identifications.`,
      }),
    },
    ...(retentionDays > 0 ? [deleteOldIdentifications] : []),
    { name: 'report-quota-use', every: { dailyAt: '00:00' }, run: () => reportQuotaUse(parts) },
    {
      name: 'delete-expired-sign-ins',
      every: { minutes: 60 },
      run: async (signal) => ({ text: `Deleted ${await deleteExpiredSignIns(signal)} expired sign-ins.` }),
    },
    {
      name: 'delete-idempotency-keys',
      every: { minutes: 60 },
      run: async (signal) => ({ text: `Deleted ${await identification.deleteExpiredKeys(signal)} idempotency keys.` }),
    },
    {
      name: 'delete-provider-copies',
      every: { minutes: 15 },
      run: async (signal) => {
        const run = await identification.deleteProviderCopies(signal);
        return followUpReport(`Deleted ${run.done} copies of identifications at providers`, run, clock.now());
      },
    },
    {
      name: 'send-ratings',
      every: { minutes: 15 },
      run: async (signal) => {
        const run = await identification.sendRatings(signal);
        return followUpReport(`Sent ${run.done} ratings of answers to providers`, run, clock.now());
      },
    },
    {
      name: 'delete-orphaned-photos',
      every: { dailyAt: '03:10' },
      run: async (signal) => photoReport(await identification.deleteOrphanedPhotos(signal)),
    },
    { name: 'delete-old-rows', every: { dailyAt: '03:40' }, run: () => deleteOldRows(parts) },
  ];
}

/** Age of the first failure from which follow-ups count as stuck: an outage of a provider alone is no failure of the job. */
const STUCK_FOLLOW_UPS_MS = DAY_MS;

/** `summary`: what the run did, without a full stop. @throws {JobFailure} when a follow-up has failed for a day */
function followUpReport(summary: string, { failingSince, waiting }: FollowUpRun, now: number): JobReport {
  const text = `${summary}; ${waiting} wait.`;
  if (failingSince === undefined || now - failingSince < STUCK_FOLLOW_UPS_MS) return { text, waiting };
  const since = new Date(failingSince).toISOString().slice(0, 16).replace('T', ' ');
  throw new JobFailure(`${text} Some have failed since ${since} UTC: see the log.`, { waiting });
}

/** @throws {JobFailure} when files could not be deleted, or the deletion was refused */
function photoReport({ deleted, failed, refused }: OrphanDeletion): JobReport {
  if (refused !== undefined) throw new JobFailure(refusalText(refused), { waiting: refused.unused });
  const text = `Deleted ${deleted} photos that nothing refers to.`;
  if (failed > 0) throw new JobFailure(`${text} ${failed} files could not be deleted.`, { waiting: failed });
  return { text, waiting: 0 };
}

function refusalText({ files, reason, unused }: RefusedDeletion): string {
  const why =
    reason === 'databases'
      ? 'another database uses the same folder of photos, as its file .database-ids says. Which one is right?'
      : `${unused} of ${files} files of photos have no row in this database. Is it the right one, and as new as the photos?`;
  return `Deleted nothing: ${why} See "Spare files" in docs/operations.md.`;
}
