/** How a run ended. `stopped`: its process ended in an orderly way; `lost`: its process died. */
export type JobOutcome = 'succeeded' | 'failed' | 'stopped' | 'lost';

/** One run of a job, on any instance. Times are in milliseconds since 1970. */
export interface JobRunOverview {
  startedAt: number;
  /** Absent while it runs. */
  endedAt?: number;
  /** Absent while it runs. */
  outcome?: JobOutcome;
  /** What it has done, or why it failed, without secrets; absent while it runs. */
  report?: string;
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
  /** What the last successful run left for later, if it said so. */
  waiting?: number;
}

/** Runs the jobs of a table when they are due, each on one instance at a time. */
export interface JobRunner {
  /** Begins to run jobs. Never throws: while the database is away it tries again. */
  start(): void;
  /** Returns every job of the table, in its order. */
  overview(): Promise<readonly JobOverview[]>;
  /**
   * Starts no run any more, waits for those that run, and aborts their signals after `timeoutMs`.
   * @returns false when a run had to be aborted
   */
  close(timeoutMs: number): Promise<boolean>;
}
