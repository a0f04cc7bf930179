import { countText, millisecondsText } from '../../../lib/format/amounts.ts';
import { clockTime, dayAndTime } from '../../../lib/format/time.ts';
import type { JobStatus } from '../../../lib/wire.ts';

type Run = JobStatus['runs'][number];
export type RunResult = 'running' | 'well' | 'failed';

export function runResult({ ok }: Run): RunResult {
  if (ok === undefined) return 'running';
  return ok ? 'well' : 'failed';
}

/** Describes the boxes of the runs: "Last 10 runs: 9 well, 1 failed". */
export function runsText(runs: readonly Run[]): string {
  const results = Map.groupBy(runs, runResult);
  const counts = (['well', 'failed', 'running'] as const).flatMap((result) => {
    const count = results.get(result)?.length ?? 0;
    return count === 0 ? [] : [`${count} ${result}`];
  });
  return `Last ${runs.length} runs: ${counts.join(', ')}`;
}

/** Describes the last run: "02:44:00, 40 ms", "02:38:10, failed: 503". */
export function lastRunText({ runs }: JobStatus, now: number, timeZone: string): string {
  const last = runs.at(-1);
  if (last === undefined) return 'Not run yet';
  const time = dayAndTime(Date.parse(last.at), now, timeZone);
  if (last.ok === undefined) return `Running since ${time}`;
  if (!last.ok) return `${time}, failed${last.report === undefined ? '' : `: ${last.report}`}`;
  return last.duration_ms === undefined ? time : `${time}, ${millisecondsText(last.duration_ms)}`;
}

/** Describes the next run and what waits for it: "next 02:45", "again 02:48, 3 wait". */
export function nextRunText(
  { failing, next_at: nextAt, waiting = 0 }: JobStatus,
  now: number,
  timeZone: string,
): string {
  const word = failing ? 'again' : 'next';
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
