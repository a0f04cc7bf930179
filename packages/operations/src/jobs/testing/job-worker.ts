import { openDatabase } from '@plantcommunity/db';
import { connectRedis, createLeases, systemClock } from '@plantcommunity/resilience';
import { createLogger } from '@plantcommunity/telemetry';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import { createJobRunner } from '../job-runner.ts';

/** One process of a test: runs the job `water`, which never ends, and sends a message when its run has begun. */
const [databaseUrl = '', redisUrl = '', prefix = ''] = process.argv.slice(2);

const redis = await connectRedis({ url: redisUrl }, { timeoutMs: 5_000, readyWaitMs: 10_000 });
const { promise: never } = Promise.withResolvers<never>();
createJobRunner({
  jobs: [
    {
      name: 'water',
      every: { dailyAt: '00:00' },
      run() {
        process.send?.('running');
        return never;
      },
    },
  ],
  database: openDatabase({ url: databaseUrl, poolSize: 1 }),
  leases: createLeases({ redis, prefix, clock: systemClock }),
  metrics: createTestMetrics().jobs,
  clock: systemClock,
  logger: createLogger({ level: 'silent' }),
}).start();
