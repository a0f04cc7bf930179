import type { Schedule } from './schedule.ts';

/** Work that one instance at a time does regularly. */
export interface Job {
  /** Unique; in small letters with hyphens. Names the job in rows, metrics, log lines and its lease. */
  readonly name: string;
  readonly every: Schedule;
  /** Longest run in milliseconds, ten minutes unless given: `signal` aborts then, and the run counts as failed. */
  readonly timeLimitMs?: number;
  /**
   * Does the work once. Has to settle soon after `signal` aborts: another instance may run the job then. A run that
   * throws is repeated later; it may also be repeated after it has done its work, when its process died before it could
   * record the end.
   * @throws {JobFailure} to say how many things wait
   */
  run(signal: AbortSignal): Promise<JobReport>;
}

/** What a run has done. */
export interface JobReport {
  /** In words for operators, such as "Deleted 12 photos"; without addresses, keys or names of people. */
  readonly text: string;
  /** Number of things that wait for a later run; absent for a job that leaves nothing. */
  readonly waiting?: number;
}

/** A run failed and knows what it has left. The message is for operators, as the text of a report. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  readonly code = 'job_failed';
  /** Number of things that wait for a later run. */
  readonly waiting: number;

  constructor(message: string, { waiting, cause }: { waiting: number; cause?: unknown }) {
    super(message, { cause });
    this.waiting = waiting;
  }
}
