import type { Cancel, Clock, LeaseHandle, Leases } from '@plantcommunity/resilience';
import { inSpan, type JobMetrics, type Logger, redactAndCut } from '@plantcommunity/telemetry';
import { type Job, JobFailure, type JobReport } from './job.ts';
import type { RunStore, StoredRun } from './run-store.ts';
import { ALIVE_MS, type JobOutcome } from './schedule.ts';

const DEFAULT_TIME_LIMIT_MS = 600_000;
const EXTEND_EVERY_MS = 15_000;
/** Time in which a job has to settle after its signal aborted. */
const ABORT_GRACE_MS = 30_000;
/** The same when its process ends; as long again remains to record the end. */
export const STOP_GRACE_MS = 500;
/** Characters of a report that are kept. */
const REPORT_LENGTH = 300;

/** What runs work with. */
export interface RunParts {
  readonly store: RunStore;
  readonly leases: Pick<Leases, 'acquire'>;
  readonly metrics: Pick<JobMetrics, 'recordRun'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborts when the process cannot wait for runs any longer. */
  readonly stopping: AbortSignal;
}

/** Why the signal of a run aborted; the message becomes its report. */
class RunAbortedError extends Error {
  override readonly name = 'RunAbortedError';
  readonly code = 'run_aborted';
}

/** How the work of a run ended. */
interface WorkEnd {
  readonly outcome: Exclude<JobOutcome, 'lost'>;
  readonly report: string;
  readonly waiting: number | null;
  readonly error?: unknown;
}

/**
 * Runs a job that is due after its run `previous`, unless another instance does. The lease lets one instance in as long as
 * Redis is there; the number of the new row admits one run after `previous` in any case.
 * @returns undefined when another instance runs the job. Otherwise, once the end is recorded, `settled`: it resolves when
 * the job has settled, which is later if the job ignores its signal
 * @throws errors of the database, before the run began
 */
export async function runJob(
  job: Job,
  previous: StoredRun | undefined,
  parts: RunParts,
): Promise<{ settled: Promise<unknown> } | undefined> {
  const { clock, store } = parts;
  const lease = await acquireLease(job, parts);
  if (lease === 'held') return undefined;
  try {
    const at = clock.now();
    const run = await store.begin(job.name, previous, { at, aliveUntil: at + ALIVE_MS });
    return run && (await workAndRecord(job, run, { ...parts, lease }));
  } finally {
    await lease?.release();
  }
}

/** @returns `held`: by another instance; undefined: Redis is away, and the rows alone decide */
async function acquireLease({ name }: Job, { leases, logger }: RunParts): Promise<LeaseHandle | 'held' | undefined> {
  try {
    const acquisition = await leases.acquire<never>(name, { waitMs: 0 });
    return acquisition.type === 'acquired' ? acquisition.lease : 'held';
  } catch (error) {
    logger.debug({ job: name, err: error }, '[JOB] Redis is unavailable: a job runs without its lease');
    return undefined;
  }
}

async function workAndRecord(
  job: Job,
  run: StoredRun,
  parts: RunParts & { lease: LeaseHandle | undefined },
): Promise<{ settled: Promise<unknown> }> {
  const { clock, lease, stopping } = parts;
  const { name, timeLimitMs = DEFAULT_TIME_LIMIT_MS } = job;
  const late = new AbortController();
  const tooLong = new RunAbortedError(`The job took longer than ${timeLimitMs / 1_000} seconds.`);
  const cancelLimit = clock.setTimeout(() => late.abort(tooLong), timeLimitMs);
  const claim = keepExtending(run, parts);
  const signal = AbortSignal.any([late.signal, claim.lost, stopping, ...(lease === undefined ? [] : [lease.signal])]);
  const startedAt = clock.monotonic();
  const work = inSpan('job.run', { attributes: { 'plantcommunity.job': name } }, () => job.run(signal));
  const end = await endOf(work, signal, parts);
  cancelLimit();
  claim.stop();
  await record(run, { ...end, durationMs: clock.monotonic() - startedAt }, parts);
  return { settled: work.catch(() => undefined) };
}

/** Extends a run in the database while it lasts. `lost` aborts once another instance may count the run as lost. */
function keepExtending(run: StoredRun, { clock, logger, store }: RunParts): { lost: AbortSignal; stop: Cancel } {
  const controller = new AbortController();
  let extendedAt = clock.monotonic();
  let isOver = false;
  let cancel: Cancel = () => undefined;

  const schedule = () => {
    cancel = clock.setTimeout(() => void extend(), EXTEND_EVERY_MS);
  };
  const extend = async () => {
    const at = clock.monotonic();
    try {
      if (await store.extend(run, clock.now() + ALIVE_MS)) extendedAt = at;
      else controller.abort(new RunAbortedError('Another instance has counted the run as lost.'));
    } catch (error) {
      logger.debug({ job: run.job, err: error }, '[JOB] A run could not be extended');
      const isLate = clock.monotonic() - extendedAt > ALIVE_MS - EXTEND_EVERY_MS;
      if (isLate) controller.abort(new RunAbortedError('The database was unavailable for too long.'));
    }
    if (!isOver && !controller.signal.aborted) schedule();
  };
  schedule();

  return {
    lost: controller.signal,
    stop() {
      isOver = true;
      cancel();
    },
  };
}

/** Resolves when the work has settled, or has not done so in time after its signal aborted. */
async function endOf(work: Promise<JobReport>, signal: AbortSignal, { clock, stopping }: RunParts): Promise<WorkEnd> {
  const { promise, resolve } = Promise.withResolvers<WorkEnd>();
  const giveUp = () => resolve(abortedEnd(signal.reason, stopping));
  const cancels = [
    afterAbort(signal, ABORT_GRACE_MS, clock, giveUp),
    afterAbort(stopping, STOP_GRACE_MS, clock, giveUp),
  ];
  work.then(
    ({ text, waiting = null }) => resolve({ outcome: 'succeeded', report: redactAndCut(text, REPORT_LENGTH), waiting }),
    (error: unknown) => resolve(signal.aborted ? abortedEnd(signal.reason, stopping) : failedEnd(error)),
  );
  try {
    return await promise;
  } finally {
    for (const cancel of cancels) cancel();
  }
}

/** Calls `fn` so many milliseconds after `signal` aborts. */
function afterAbort(signal: AbortSignal, ms: number, clock: Clock, fn: () => void): Cancel {
  let cancelTimer: Cancel = () => undefined;
  const start = () => {
    cancelTimer = clock.setTimeout(fn, ms);
  };
  if (signal.aborted) start();
  else signal.addEventListener('abort', start, { once: true });
  return () => {
    signal.removeEventListener('abort', start);
    cancelTimer();
  };
}

function abortedEnd(reason: unknown, stopping: AbortSignal): WorkEnd {
  return stopping.aborted
    ? { outcome: 'stopped', report: 'The process was stopped.', waiting: null }
    : failedEnd(reason);
}

function failedEnd(error: unknown): WorkEnd {
  const message = error instanceof Error ? error.message : String(error);
  const waiting = error instanceof JobFailure ? error.waiting : null;
  return { outcome: 'failed', report: redactAndCut(message, REPORT_LENGTH), waiting, error };
}

/** Records the end of a run in database, log and metrics. Never throws: a run without an end is lost a minute later. */
async function record(
  run: StoredRun,
  { durationMs, error, outcome, report, waiting }: WorkEnd & { durationMs: number },
  { clock, logger, metrics, store }: RunParts,
): Promise<void> {
  const { attempt, job, number } = run;
  const fields = { job, run: number, attempt, durationMs: Math.round(durationMs) };
  if (outcome === 'failed') logger.error({ ...fields, err: error }, '[JOB] A run failed');
  else logger.debug({ ...fields, outcome, report }, '[JOB] A run ended');
  try {
    const isRecorded = await store.end(run, { at: clock.now(), outcome, report, waiting });
    if (!isRecorded) return logger.warn(fields, '[JOB] A run ended after another instance had counted it as lost');
    metrics.recordRun({ job, outcome, durationMs });
    await store.prune(run, clock.now());
  } catch (failure) {
    logger.warn({ ...fields, err: failure }, '[JOB] The end of a run could not be recorded');
  }
}
