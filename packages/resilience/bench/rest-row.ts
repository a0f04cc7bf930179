import { performance } from 'node:perf_hooks';
import { connectRedis } from '../src/index.ts';
import { RestServer } from '../src/testing/rest-server.ts';
import type { BenchRow } from './bench-row.ts';
import { fillToLast, startWaiters } from './fill-to-last.ts';
import { measureWithin } from './measure-within.ts';

/** The longest poll interval of a waiter, and its maximum jitter. */
const STEP_MS = 250;
const JITTER = 0.25;
/** By then the poll interval of the waiters has grown to its maximum. */
const LOAD_MS = 400;
const SAMPLES_A_STEP = 10;

/** Measures how fast waiters get a filled value over REST, where they poll. The load ends at each tenth of an interval. */
export async function restRow(redisUrl: string): Promise<BenchRow> {
  await using server = new RestServer(redisUrl);
  const settings = await server.listen();
  const connection = await connectRedis(settings, { timeoutMs: 5000, readyWaitMs: 10_000 });
  await using waiters = await startWaiters(settings);
  let n = 0;
  const ours = () => fillToLast(waiters, LOAD_MS + (STEP_MS * ((n += 1) % SAMPLES_A_STEP)) / SAMPLES_A_STEP);
  const floor = async (): Promise<number> => {
    const askedAt = performance.now();
    await connection.client.get('bench:nothing');
    return performance.now() - askedAt;
  };
  try {
    const limitMs = STEP_MS * (1 + JITTER);
    return await measureWithin({
      name: 'fill to last of 1,000 over REST',
      floor,
      ours,
      batches: 3,
      share: 0.99,
      limitMs,
    });
  } finally {
    await connection.close();
  }
}
