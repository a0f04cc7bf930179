import { Counter, Histogram, type Registry } from '@prometheus-io/client';
import { addReadGauge } from './read-at-scrape.ts';

const OUTCOMES = ['succeeded', 'failed', 'stopped', 'lost'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** Seconds; a job has ten minutes unless it says otherwise. */
const BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 600];

/** A job as all instances know it, read from its runs in the database. */
interface JobNumbers {
  /** Runs in succession that failed or were lost. */
  readonly failures: number;
  /** Milliseconds since 1970; undefined when it never succeeded. */
  readonly succeededAt: number | undefined;
  /** Number of things that its last run has left for later ones; undefined when it counts none. */
  readonly waiting: number | undefined;
}

/** Metrics of the jobs. */
export interface JobMetrics {
  /** Starts the counters of a job at 0; each scrape reads `numbers`, undefined while they are not known. */
  watchJob(job: string, numbers: () => JobNumbers | undefined): void;
  /** Records the end of a run of this process, or a run that it found lost, which has no duration. */
  recordRun(run: { job: string; outcome: Outcome; durationMs?: number }): void;
}

/** The label is `job_name`, because Prometheus itself sets `job` on each scrape. */
export function createJobMetrics(registry: Registry): JobMetrics {
  const watched = new Map<string, () => JobNumbers | undefined>();
  const registers = [registry];
  const runs = new Counter({
    name: 'plantcommunity_job_runs_total',
    help: 'Runs of jobs by outcome, each counted by the instance that ended it or found it lost.',
    labelNames: ['job_name', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'plantcommunity_job_run_duration_seconds',
    help: 'Time from the start of a run of a job to its end.',
    labelNames: ['job_name'],
    buckets: BUCKETS,
    registers,
  });

  function numberGauge(name: string, help: string, valueOf: (numbers: JobNumbers) => number | undefined): void {
    addReadGauge(registry, {
      name,
      help,
      labelNames: ['job_name'],
      read: () =>
        Array.from(watched).flatMap(([job, read]) => {
          const numbers = read();
          const value = numbers && valueOf(numbers);
          return value === undefined ? [] : { labels: { job_name: job }, value };
        }),
    });
  }
  numberGauge(
    'plantcommunity_job_failures',
    'Runs of a job in succession that failed or were lost, on any instance; 0 after a success.',
    ({ failures }) => failures,
  );
  numberGauge(
    'plantcommunity_job_last_success_timestamp_seconds',
    'When a run of the job last succeeded on any instance, in seconds since 1970.',
    ({ succeededAt }) => succeededAt && succeededAt / 1_000,
  );
  numberGauge(
    'plantcommunity_job_waiting',
    'Things that the last run of a job has left for later ones, such as photos that could not be deleted.',
    ({ waiting }) => waiting,
  );

  return {
    watchJob(job, numbers) {
      watched.set(job, numbers);
      for (const outcome of OUTCOMES) runs.inc({ job_name: job, outcome }, 0);
      durations.zero({ job_name: job });
    },
    recordRun({ durationMs, job, outcome }) {
      runs.inc({ job_name: job, outcome });
      if (durationMs !== undefined) durations.observe({ job_name: job }, durationMs / 1_000);
    },
  };
}
