import { countedText, countText, millisecondsText } from '../../../lib/format/amounts.ts';
import { clockTime, dayAndTime } from '../../../lib/format/time.ts';
import type { JobStatus } from '../../../lib/wire.ts';

type Run = JobStatus['runs'][number];
export type RunResult = 'running' | 'well' | Exclude<Run['outcome'], 'succeeded' | undefined>;

export function runResult({ outcome }: Run): RunResult {
  if (outcome === undefined) return 'running';
  return outcome === 'succeeded' ? 'well' : outcome;
}

/** Failures in succession from which on an alert fires, too. */
const FAILING_FROM = 3;

export function isFailing({ failures }: JobStatus): boolean {
  return failures >= FAILING_FROM;
}

/** Describes the failures of a job behind its name: "fails", "failed 1×"; undefined without one. */
export function failuresText(job: JobStatus): string | undefined {
  if (job.failures === 0) return undefined;
  return isFailing(job) ? 'fails' : `failed ${job.failures}×`;
}

/** Describes the boxes of the runs: "Last 10 runs: 9 well, 1 failed". */
export function runsText(runs: readonly Run[]): string {
  const results = Map.groupBy(runs, runResult);
  const counts = (['well', 'failed', 'lost', 'stopped', 'running'] as const).flatMap((result) => {
    const count = results.get(result)?.length ?? 0;
    return count === 0 ? [] : [`${count} ${result}`];
  });
  return `Last ${countedText(runs.length, 'run')}: ${counts.join(', ')}`;
}

/** Describes the last run: "02:44:00, 40 ms", "02:38:10, failed: 503". */
export function lastRunText({ runs }: JobStatus, now: number, timeZone: string): string {
  const last = runs.at(-1);
  if (last === undefined) return 'Not run yet';
  const time = dayAndTime(Date.parse(last.at), now, timeZone);
  const result = runResult(last);
  if (result === 'running') return `Running since ${time}`;
  if (result !== 'well') return `${time}, ${result}${last.report === undefined ? '' : `: ${last.report}`}`;
  return last.duration_ms === undefined ? time : `${time}, ${millisecondsText(last.duration_ms)}`;
}

/** Describes the next run and what waits for it: "next 02:45", "again 02:48, 3 wait". */
export function nextRunText(
  { failures, next_at: nextAt, waiting = 0 }: JobStatus,
  now: number,
  timeZone: string,
): string {
  const word = failures > 0 ? 'again' : 'next';
  const next = nextAt === undefined ? [] : [`${word} ${nextTime(Date.parse(nextAt), now, timeZone)}`];
  const waits = waiting === 0 ? [] : [`${countText(waiting)} ${waiting === 1 ? 'waits' : 'wait'}`];
  return [...next, ...waits].join(', ');
}

/** A job that is due runs as soon as an instance looks for work. */
function nextTime(at: number, now: number, timeZone: string): string {
  if (at <= now) return 'now';
  const text = dayAndTime(at, now, timeZone);
  return text.includes(',') ? text : clockTime(at, timeZone, 'minutes');
}
