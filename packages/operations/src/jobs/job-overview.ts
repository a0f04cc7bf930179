import type { Job } from './job.ts';
import type { StoredRun } from './run-store.ts';
import { dueAt, failuresUpTo, type JobOutcome } from './schedule.ts';

/** One run of a job, on any instance. Times are in milliseconds since 1970. */
interface JobRunOverview {
  startedAt: number;
  /** How it ended; absent while it runs. */
  end?: {
    at: number;
    outcome: JobOutcome;
    /** What the run has done, or why it failed, without secrets. */
    report: string;
  };
}

/** A job with its last runs on all instances. */
export interface JobOverview {
  name: string;
  /** At most ten, oldest first. */
  runs: readonly JobRunOverview[];
  /** When the next run is due, in milliseconds since 1970; absent while the job runs. */
  nextAt?: number;
  /** Number of runs in succession that failed or were lost; 0 after a success. */
  failures: number;
  /** Number of things that wait for a later run, as the newest run that counted them said. */
  waiting?: number;
}

/** Combines a job with its last runs, newest first. */
export function jobOverview({ every, name }: Job, runs: readonly StoredRun[], now: number): JobOverview {
  const [last] = runs;
  const waiting = runs.find((run) => run.waiting !== null)?.waiting ?? undefined;
  const isRunning = last !== undefined && last.end === null;
  return {
    name,
    runs: runs.toReversed().map(({ end, startedAt }) => ({ startedAt, ...(end && { end }) })),
    ...(!isRunning && { nextAt: Math.max(now, dueAt(every, last, now)) }),
    failures: last === undefined ? 0 : failuresUpTo(last),
    ...(waiting !== undefined && { waiting }),
  };
}
