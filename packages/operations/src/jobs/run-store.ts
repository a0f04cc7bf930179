import { type Prisma, type PrismaClient, table } from '@plantcommunity/db';
import { DAY_MS } from '../durations.ts';
import { attemptAfter, type JobOutcome, type Run } from './schedule.ts';

/** Number of runs that are kept of each job. */
export const KEPT_RUNS = 10;
/** Age up to which runs that failed or were lost are kept beyond that number: 30 days. */
export const KEPT_FAILURES_MS = 30 * DAY_MS;

/** The primary key of a run. */
interface RunKey {
  readonly job: string;
  /** Counts the runs of the job from 1. */
  readonly number: number;
}

/** A run as the database has it. Times are in milliseconds since 1970. */
export interface StoredRun extends RunKey, Run {
  readonly end: RunEnd | null;
  /** When the job last succeeded, up to this run; null: never. */
  readonly succeededAt: number | null;
  readonly waiting: number | null;
}

interface RunEnd {
  readonly at: number;
  readonly outcome: JobOutcome;
  readonly report: string;
}

type Row = Prisma.JobRunGetPayload<Record<string, never>>;

/**
 * The runs of all jobs in PostgreSQL, which decide on every instance what is due, with Redis and without. Each method is
 * one statement: the embedded database has one session, in which a transaction would hold up everything else. Methods
 * throw the errors of the database.
 */
export class RunStore {
  readonly #client: PrismaClient;

  constructor(client: PrismaClient) {
    this.#client = client;
  }

  /** Returns up to `count` runs of each job, newest first. */
  async newest(jobs: readonly string[], count: number): Promise<readonly StoredRun[]> {
    const rows = await this.#client.$queryRaw<Row[]>`
      SELECT run.* FROM unnest(${jobs}::text[]) AS wanted ("name") CROSS JOIN LATERAL (
        SELECT * FROM ${table('JobRun')} WHERE "job" = wanted."name" ORDER BY "number" DESC LIMIT ${count}
      ) AS run`;
    return rows.map(storedRun);
  }

  /**
   * Begins the run after `previous`. Returns undefined when another instance has begun it: its number is taken, even if
   * that run has ended meanwhile.
   */
  async begin(
    job: string,
    previous: StoredRun | undefined,
    { aliveUntil, at }: { at: number; aliveUntil: number },
  ): Promise<StoredRun | undefined> {
    const [row] = await this.#client.jobRun.createManyAndReturn({
      data: [
        {
          job,
          number: (previous?.number ?? 0) + 1,
          attempt: attemptAfter(previous),
          startedAt: new Date(at),
          aliveUntil: new Date(aliveUntil),
          succeededAt: typeof previous?.succeededAt === 'number' ? new Date(previous.succeededAt) : null,
        },
      ],
      skipDuplicates: true,
    });
    return row && storedRun(row);
  }

  /** Extends the time for which the process of a run counts as living; false when the run was counted as lost. */
  extend({ job, number }: RunKey, aliveUntil: number): Promise<boolean> {
    return this.#change({ job, number }, { aliveUntil: new Date(aliveUntil) });
  }

  /** Records the end of a run; false when the run was counted as lost. */
  end({ job, number }: RunKey, { at, ...end }: RunEnd & { waiting: number | null }): Promise<boolean> {
    const endedAt = new Date(at);
    return this.#change(
      { job, number },
      { ...end, endedAt, ...(end.outcome === 'succeeded' && { succeededAt: endedAt }) },
    );
  }

  /** Counts a run as lost; false when its process has extended it, or it has ended. */
  markLost({ aliveUntil, job, number }: StoredRun, { at, report }: { at: number; report: string }): Promise<boolean> {
    const endedAt = new Date(Math.min(aliveUntil, at));
    return this.#change({ job, number, aliveUntil: new Date(aliveUntil) }, { endedAt, outcome: 'lost', report });
  }

  /** Deletes the runs of a job that are not kept any more, up to its newest one. */
  async prune({ job, number }: RunKey, now: number): Promise<void> {
    const kept: Prisma.JobRunWhereInput = {
      outcome: { in: ['failed', 'lost'] },
      startedAt: { gte: new Date(now - KEPT_FAILURES_MS) },
    };
    await this.#client.jobRun.deleteMany({ where: { job, number: { lte: number - KEPT_RUNS }, NOT: kept } });
  }

  /** Changes a run that has not ended; false when there is none. */
  async #change(where: Prisma.JobRunWhereInput, data: Prisma.JobRunUpdateManyMutationInput): Promise<boolean> {
    const { count } = await this.#client.jobRun.updateMany({ where: { ...where, endedAt: null }, data });
    return count === 1;
  }
}

function storedRun({ aliveUntil, endedAt, outcome, report, startedAt, succeededAt, ...columns }: Row): StoredRun {
  return {
    ...columns,
    startedAt: startedAt.getTime(),
    aliveUntil: aliveUntil.getTime(),
    succeededAt: succeededAt && succeededAt.getTime(),
    end: endedAt && outcome && { at: endedAt.getTime(), outcome, report: report ?? '' },
  };
}
