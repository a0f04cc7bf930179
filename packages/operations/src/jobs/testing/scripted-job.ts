import type { Job, JobReport } from '../job.ts';
import type { Schedule } from '../schedule.ts';

/** A run of a scripted job that has not settled. */
interface HeldRun {
  readonly signal: AbortSignal;
  readonly end: (report: JobReport) => void;
  readonly fail: (error: Error) => void;
}

/** A job whose runs a test counts and ends. */
export interface ScriptedJob extends Job {
  /** Number of runs that began. */
  starts: number;
  /** Ends the next runs at once: by these results in order, then by `Done`. Undefined: the test ends them. */
  results: (JobReport | Error)[] | undefined;
  /** Waits for the next run that the test has to end. */
  held(): Promise<HeldRun>;
}

export function scriptedJob(name: string, every: Schedule, options: { timeLimitMs?: number } = {}): ScriptedJob {
  let next = Promise.withResolvers<HeldRun>();
  const job: ScriptedJob = {
    name,
    every,
    ...options,
    starts: 0,
    results: [],
    held: () => next.promise,
    run(signal) {
      job.starts += 1;
      const { promise, reject, resolve } = Promise.withResolvers<JobReport>();
      if (job.results === undefined) {
        next.resolve({ signal, end: resolve, fail: reject });
        next = Promise.withResolvers();
        return promise;
      }
      const result = job.results.shift() ?? { text: 'Done' };
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    },
  };
  return job;
}
