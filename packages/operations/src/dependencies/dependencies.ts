import type { Database } from '@plantcommunity/db';
import type { OperatedService } from '@plantcommunity/identification';
import { type Clock, type RedisConnection, waitFor } from '@plantcommunity/resilience';
import { Sampler } from '../sampler.ts';
import { type RedisHealth, RedisHealthMonitor } from './redis-health.ts';
import type { SlowestStatement } from './slowest-statement.ts';

/** What this process depends on, as it sees it now. */
export interface Dependencies {
  redis: RedisHealth;
  database: {
    isUp: boolean;
    /** Duration of a statement that does nothing, with the wait for a connection; absent when it takes too long. */
    latencyMs?: number;
    /** Connections of the pool in use, and their maximum number; callers that wait for one. */
    inUse: number;
    size: number;
    waiting: number;
    /** Of the statements of this process in the last 60 minutes; without values. */
    slowest?: { durationMs: number; statement: string };
  };
  photoStore: {
    isUp: boolean;
    freeBytes?: number;
    /** Number of photos that nothing refers to; absent until they are counted. */
    orphans?: number;
  };
  decoder: { running: number; waiting: number; size: number };
}

export interface DependencyMonitorOptions {
  redis: Pick<RedisConnection, 'client' | 'isReady' | 'subscribe'>;
  database: Pick<Database, 'client' | 'isUp' | 'pool'>;
  identification: Pick<OperatedService, 'decoderLoad' | 'photoStore'>;
  slowest: Pick<SlowestStatement, 'read'>;
  clock: Clock;
}

const SAMPLE_EVERY_MS = 5_000;
/** An overview does not wait longer for the database or the file system. */
const MAX_WAIT_MS = 1_000;
/** Counting looks at every photo. */
const COUNT_EVERY_MS = 10 * 60_000;

/** Samples what the process depends on, only when it is read. */
export class DependencyMonitor {
  readonly #options: DependencyMonitorOptions;
  readonly #redis: RedisHealthMonitor;
  readonly #latencyMs: Sampler<number | undefined>;
  readonly #freeBytes: Sampler<number | 'unknown' | undefined>;
  readonly #orphans: Sampler<number>;

  constructor(options: DependencyMonitorOptions) {
    const { clock, database, identification, redis } = options;
    this.#options = options;
    this.#redis = new RedisHealthMonitor(redis, clock);
    this.#latencyMs = new Sampler(clock, SAMPLE_EVERY_MS, async () => {
      const startedAt = clock.monotonic();
      const statement = database.client.$queryRaw`SELECT 1`.then(() => clock.monotonic() - startedAt);
      return waitFor(statement, { timeoutMs: MAX_WAIT_MS, clock });
    });
    this.#freeBytes = new Sampler(clock, SAMPLE_EVERY_MS, () =>
      waitFor(identification.photoStore.freeBytes(), { timeoutMs: MAX_WAIT_MS, clock }),
    );
    this.#orphans = new Sampler(clock, COUNT_EVERY_MS, () => identification.photoStore.countOrphans());
  }

  /** Never rejects. */
  async read(): Promise<Dependencies> {
    const { database, identification, slowest } = this.#options;
    const [redis, latencyMs, freeBytes] = await Promise.all([
      this.#redis.read(),
      this.#latencyMs.read(),
      this.#freeBytes.read(),
    ]);
    const { inUse, size, waiting } = database.pool();
    const slowestStatement = slowest.read();
    const orphans = this.#orphans.latest();
    return {
      redis,
      database: {
        isUp: database.isUp,
        ...(database.isUp && latencyMs !== undefined && { latencyMs }),
        inUse,
        size,
        waiting,
        ...(slowestStatement && { slowest: slowestStatement }),
      },
      photoStore: {
        isUp: freeBytes !== undefined,
        ...(typeof freeBytes === 'number' && { freeBytes }),
        ...(orphans !== undefined && { orphans }),
      },
      decoder: identification.decoderLoad(),
    };
  }

  close(): void {
    this.#redis.close();
  }
}
