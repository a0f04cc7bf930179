import { DAY_MS, HOUR_MS, MINUTE_MS } from '../durations.ts';

/** When a job runs: at every multiple of so many minutes since 1970, or daily at a time such as `03:10`; both in UTC. */
export type Schedule = { readonly minutes: number } | { readonly dailyAt: `${number}:${number}` };

/** How a run ended. `stopped`: its process was asked to end; `lost`: its process died. */
export type JobOutcome = 'succeeded' | 'failed' | 'stopped' | 'lost';

/** A run of a job. Times are in milliseconds since 1970. */
export interface Run {
  readonly startedAt: number;
  /** Number of runs since the last success, this one included. */
  readonly attempt: number;
  /** Until then its process counts as living; extended while it runs. */
  readonly aliveUntil: number;
  /** Null while it runs. */
  readonly end: { readonly at: number; readonly outcome: JobOutcome } | null;
}

/** A run whose process has not extended it for so long is lost. Longer than clocks of instances differ. */
export const ALIVE_MS = MINUTE_MS;
/** A stored time that is further after now was written by a clock that was ahead; it says nothing. */
const MAX_AHEAD_MS = MINUTE_MS;

/** Pause after the first failure; it doubles with each further one up to the maximum. */
const FIRST_RETRY_MS = MINUTE_MS;
const MAX_RETRY_MS = 6 * HOUR_MS;
/** Longest pause by which failures put off a regular time of the job. */
const REGULAR_RETRY_MS = 5 * MINUTE_MS;

/** Returns the first regular time of a job after `time`; both in milliseconds since 1970. */
export function nextTime(every: Schedule, time: number): number {
  if ('minutes' in every) {
    const intervalMs = every.minutes * MINUTE_MS;
    return time - (time % intervalMs) + intervalMs;
  }
  const [hours = 0, minutes = 0] = every.dailyAt.split(':').map(Number);
  const today = time - (time % DAY_MS) + (hours * 60 + minutes) * MINUTE_MS;
  return today > time ? today : today + DAY_MS;
}

/**
 * Whether the process of a run counts as dead: it has not extended the run in time. So does one that is alive for longer
 * than a run is ever extended: its clock was ahead, and it might block the job for hours.
 */
export function isLost({ aliveUntil, end }: Pick<Run, 'aliveUntil' | 'end'>, now: number): boolean {
  return end === null && (aliveUntil <= now || aliveUntil > now + 2 * ALIVE_MS);
}

/**
 * Returns when a job is due after its last run, in milliseconds since 1970; `now` likewise.
 *
 * - A job that never ran is due at once, and so is a run that was stopped.
 * - After a success the next regular time counts. Times that were missed are made up for once.
 * - A run that failed is repeated after a minute, and then after twice the pause before, at most six hours: it may take
 *   days until an outage is over. At a regular time of the job it is repeated at the latest, or five minutes after its end.
 * - A job that runs is due when its process counts as dead.
 * - A run that began or ended later than now, by the clock of an instance that was ahead, makes the job due at once.
 */
export function dueAt(every: Schedule, last: Run | undefined, now: number): number {
  if (last === undefined || isLost(last, now)) return now;
  const { aliveUntil, attempt, end, startedAt } = last;
  if (end !== null && Math.max(startedAt, end.at) > now + MAX_AHEAD_MS) return now;
  const regular = nextTime(every, startedAt);
  switch (end?.outcome) {
    case undefined:
      return aliveUntil;
    case 'succeeded':
      return regular;
    case 'stopped':
      return end.at;
    case 'failed':
    case 'lost': {
      const retry = end.at + Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), MAX_RETRY_MS);
      return Math.min(retry, Math.max(regular, end.at + REGULAR_RETRY_MS));
    }
  }
}

/** Returns the number of runs in succession that failed or were lost, `last` included. */
export function failuresUpTo({ attempt, end }: Pick<Run, 'attempt' | 'end'>): number {
  switch (end?.outcome) {
    case 'succeeded':
      return 0;
    case undefined:
    case 'stopped':
      return attempt - 1;
    case 'failed':
    case 'lost':
      return attempt;
  }
}

/** Returns the number of the run that follows `previous`, counted since the last success. */
export function attemptAfter(previous: Pick<Run, 'attempt' | 'end'> | undefined): number {
  return previous === undefined ? 1 : failuresUpTo(previous) + 1;
}
