// Prints the rows of this package as one line of JSON: {rows, leftOut}. `npm run bench` runs it and prints the table.
import { connectRedis } from '../src/index.ts';
import { hasRedisServer, RedisServer } from '../src/testing/redis-server.ts';
import type { BenchRow } from './bench-row.ts';
import { circuitRows } from './circuit-rows.ts';
import { contendersRow } from './contenders-row.ts';
import { handOverRow } from './hand-over-row.ts';
import { leaseRow } from './lease-row.ts';
import { loadsRow } from './loads-row.ts';
import { openLoopback } from './loopback.ts';
import { lostRedisRows } from './lost-redis-rows.ts';
import { memoryRow } from './memory-row.ts';
import { oneProcessRow } from './one-process-row.ts';
import { processesRow } from './processes-row.ts';
import { restRow } from './rest-row.ts';

// Ending by `exit` removes the folders of the servers and workers, which ending by the signal itself would leave.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

async function measure(): Promise<BenchRow[]> {
  await using server = await RedisServer.prepare();
  await server.start();
  const url = await openLoopback(server);
  const redis = await connectRedis({ url }, { timeoutMs: 5000, readyWaitMs: 10_000 });
  try {
    return [
      ...(await circuitRows(redis)),
      await memoryRow(redis),
      await leaseRow(redis, url),
      await handOverRow(url),
      await oneProcessRow(redis),
      await processesRow(url),
      await restRow(url),
      await loadsRow(url),
      ...(await lostRedisRows()),
      await contendersRow(redis, url),
    ];
  } finally {
    await redis.close();
  }
}

const report = hasRedisServer
  ? { rows: await measure(), leftOut: '' }
  : { rows: [], leftOut: 'rows of the resilience package: there is no redis-server here' };
process.stdout.write(`${JSON.stringify(report)}\n`);
