import type { Database } from '@plantcommunity/db';
import { connectRedis, createLeases, type RedisConnection } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { createTestMetrics, type ExposedMetrics, readMetrics } from '@plantcommunity/telemetry/testing';
import { expect } from 'vitest';
import type { Job } from '../job.ts';
import { createJobRunner, type JobRunner } from '../job-runner.ts';

const REDIS_URL = process.env['TEST_REDIS_URL'] ?? '';
const NO_REDIS = 'unix:///nowhere/redis.sock';

/** What one process has: a runner with a clock and a connection of its own. */
export interface TestRunner extends AsyncDisposable {
  readonly runner: JobRunner;
  readonly clock: FakeClock;
  readonly redis: RedisConnection;
  /** Lines of the log. */
  readonly log: readonly string[];
  scrape(): Promise<ExposedMetrics>;
  /** Waits until this process has done all that is due and waits for its next look. */
  idle(): Promise<void>;
  /** Advances the clock, then waits until the process is idle. */
  advance(ms: number): Promise<void>;
}

/** Starts a runner of one job. Runners with the same `prefix` share leases, all with the same database share the rows. */
export async function startRunner(
  job: Job,
  options: { database: Pick<Database, 'client'>; prefix: string; now: number; hasRedis?: boolean },
): Promise<TestRunner> {
  const { database, hasRedis = true, now, prefix } = options;
  const clock = new FakeClock(now);
  const redis = hasRedis
    ? await connectRedis({ url: REDIS_URL }, { timeoutMs: 2_000, readyWaitMs: 5_000 })
    : await connectRedis({ url: NO_REDIS }, { timeoutMs: 100, readyWaitMs: 0 });
  const log: string[] = [];
  const metrics = createTestMetrics();
  const logger = createLogger({ level: 'debug', destination: { write: (line) => void log.push(line) } });
  const leases = createLeases({ redis, prefix, clock });
  const runner = createJobRunner({ jobs: [job], database, leases, metrics: metrics.jobs, clock, logger });
  // While it looks, there is no timer; while it runs the job, there are at least two.
  const idle = async () => {
    // A run that ends cancels its timers one after the other.
    await new Promise(setImmediate);
    await expect.poll(() => clock.pendingTimers, { interval: 2 }).toBe(1);
  };
  runner.start();
  return {
    runner,
    clock,
    redis,
    log,
    scrape: async () => readMetrics((await metrics.expose()).body),
    idle,
    async advance(ms) {
      clock.advance(ms);
      await idle();
    },
    async [Symbol.asyncDispose]() {
      const closing = runner.close(0).then(() => 'closed');
      const untilSettled = async () => {
        clock.advance(1_000);
        return Promise.race([closing, new Promise(setImmediate)]);
      };
      while ((await untilSettled()) !== 'closed');
      await redis.close();
    },
  };
}
