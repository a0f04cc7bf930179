import { type Database, isDatabaseUnavailable } from '@plantcommunity/db';
import { type Cancel, type Clock, type Leases, waitFor } from '@plantcommunity/resilience';
import type { JobMetrics, Logger } from '@plantcommunity/telemetry';
import type { Job } from './job.ts';
import { type JobOverview, jobOverview } from './job-overview.ts';
import { type RunParts, runJob, STOP_GRACE_MS } from './run-job.ts';
import { KEPT_RUNS, RunStore, type StoredRun } from './run-store.ts';
import { dueAt, failuresUpTo, isLost } from './schedule.ts';

/** Runs the jobs of a table when they are due, each on one instance at a time. */
export interface JobRunner {
  /** Begins to run jobs. Never throws: while the database is away it tries again. */
  start(): void;
  /** Runs a job of this name soon, besides its regular times; on this instance unless another one runs it then. */
  runSoon(name: string): void;
  /** Returns every job of the table, in its order. @throws errors of the database */
  overview(): Promise<readonly JobOverview[]>;
  /**
   * Starts no run any more, waits for those that run, and aborts their signals a second before `timeoutMs` is over.
   * @returns false when a run had to be aborted
   */
  close(timeoutMs: number): Promise<boolean>;
}

export interface JobRunnerOptions {
  /** The table of jobs. */
  jobs: readonly Job[];
  database: Pick<Database, 'client'>;
  /** One lease for each job, by its name. */
  leases: Pick<Leases, 'acquire'>;
  metrics: JobMetrics;
  clock: Clock;
  logger: Logger;
}

/** Longest time between two looks at the last run of a job, which another instance may have ended. */
const LOOK_EVERY_MS = 60_000;
/** Pause after a look that failed, or did not start a run because another instance held the lease. */
const RETRY_LOOK_MS = 5_000;

/** Creates a runner. Nothing runs before `start`. */
export function createJobRunner(options: JobRunnerOptions): JobRunner {
  const { clock, database, jobs, leases, logger, metrics } = options;
  const names = jobs.map(({ name }) => name);
  const store = new RunStore(database.client);
  const stopping = new AbortController();
  const parts = { store, leases, metrics, clock, logger, stopping: stopping.signal };
  const loops = jobs.map((job) => new JobLoop(job, parts));
  for (const loop of loops) metrics.watchJob(loop.job.name, () => loop.numbers());

  return {
    start() {
      for (const loop of loops) loop.start();
    },
    runSoon(name) {
      loops.find(({ job }) => job.name === name)?.runSoon();
    },
    async overview() {
      const runs = Map.groupBy(await store.newest(names, KEPT_RUNS), ({ job }) => job);
      return jobs.map((job) => jobOverview(job, runs.get(job.name) ?? [], clock.now()));
    },
    async close(timeoutMs) {
      const ended = Promise.all(loops.map((loop) => loop.close())).then(() => true);
      const isEnded = await waitFor(ended, { timeoutMs: Math.max(0, timeoutMs - 2 * STOP_GRACE_MS), clock });
      if (isEnded) return true;
      stopping.abort();
      await waitFor(ended, { timeoutMs: 2 * STOP_GRACE_MS, clock });
      return false;
    },
  };
}

/** Looks when a job is due, runs it, and looks again, until it is closed. */
class JobLoop {
  readonly job: Job;
  readonly #parts: RunParts;
  readonly #closed = Promise.withResolvers<void>();
  #isOpen = false;
  /** Whether a look is in progress; otherwise the next one waits for its time. */
  #isLooking = false;
  /** Numbers of the last request to run soon, and of the last one that a run has followed. */
  #requested = 0;
  #served = 0;
  #cancelLook: Cancel = () => undefined;
  #looking: Promise<void> = Promise.resolve();
  #last: StoredRun | undefined;

  constructor(job: Job, parts: RunParts) {
    this.job = job;
    this.#parts = parts;
  }

  start(): void {
    this.#isOpen = true;
    this.#looking = this.#look();
  }

  runSoon(): void {
    this.#requested += 1;
    if (!this.#isOpen || this.#isLooking) return;
    this.#cancelLook();
    this.#looking = this.#look();
  }

  /** Resolves when the end of the run in progress, if there is one, is recorded. */
  close(): Promise<void> {
    this.#isOpen = false;
    this.#cancelLook();
    this.#closed.resolve();
    return this.#looking;
  }

  /** Returns the figures of the last look; undefined before the first run of the job. */
  numbers(): ReturnType<Parameters<JobMetrics['watchJob']>[1]> {
    return (
      this.#last && {
        failures: failuresUpTo(this.#last),
        succeededAt: this.#last.succeededAt ?? undefined,
        waiting: this.#last.waiting ?? undefined,
      }
    );
  }

  /** Runs the job as long as it is due, then waits for the next look. Never throws. */
  async #look(): Promise<void> {
    const { clock, logger } = this.#parts;
    let waitMs = 0;
    this.#isLooking = true;
    try {
      while (this.#isOpen && waitMs === 0) waitMs = await this.#runWhenDue();
    } catch (error) {
      waitMs = RETRY_LOOK_MS;
      // The health gate logs once that the database is unavailable.
      if (!isDatabaseUnavailable(error)) {
        logger.warn({ job: this.job.name, err: error }, '[JOB] Could not look whether a job is due');
      }
    }
    this.#isLooking = false;
    if (!this.#isOpen) return;
    this.#cancelLook = clock.setTimeout(() => {
      this.#looking = this.#look();
    }, waitMs);
  }

  /** Runs the job once if it is due. @returns milliseconds until the next look @throws errors of the database */
  async #runWhenDue(): Promise<number> {
    const last = await this.#readLast();
    const now = this.#parts.clock.now();
    const leftMs = dueAt(this.job.every, last, now) - now;
    const requested = this.#requested;
    if (leftMs > 0 && requested === this.#served) return Math.min(leftMs, LOOK_EVERY_MS);
    if (leftMs > 0 && last?.end === null) return RETRY_LOOK_MS;
    if (!this.#isOpen) return 0;
    const run = await runJob(this.job, last, this.#parts);
    if (run === undefined) return RETRY_LOOK_MS;
    // A request that came during the run asks for one more.
    this.#served = requested;
    // A job that ignores its signal goes on: do not begin it again beside itself.
    await Promise.race([run.settled, this.#closed.promise]);
    return 0;
  }

  /** Reads the last run. If its process has died, counts it as lost. */
  async #readLast(): Promise<StoredRun | undefined> {
    const { clock, logger, metrics, store } = this.#parts;
    const { name } = this.job;
    const [last] = await store.newest([name], 1);
    if (last !== undefined && isLost(last, clock.now())) {
      if (await store.markLost(last, { at: clock.now(), report: 'The process ended during the run.' })) {
        const { attempt, number } = last;
        logger.warn({ job: name, run: number, attempt }, '[JOB] The process of a run has died: the run is lost');
        metrics.recordRun({ job: name, outcome: 'lost' });
      }
      return this.#readLast();
    }
    this.#last = last;
    return last;
  }
}
