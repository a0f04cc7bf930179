import { performance } from 'node:perf_hooks';
import { connectRedis } from '../src/index.ts';
import { RestServer } from '../src/testing/rest-server.ts';
import type { BenchRow } from './bench-row.ts';
import { fillToLast, gatherWaiters } from './fill-to-last.ts';
import { within } from './within.ts';

/** The longest wait between two looks, and by how much of it processes are spread at most. */
const STEP_MS = 250;
const SPREAD = 0.25;
/** By then those who wait look that rarely. */
const LOAD_MS = 400;
const SAMPLES_A_STEP = 10;

/** Over REST those who wait look again and again. The load ends at each tenth of a step in turn. */
export async function restRow(redisUrl: string): Promise<BenchRow> {
  await using server = new RestServer(redisUrl);
  const settings = await server.listen();
  const connection = await connectRedis(settings, { timeoutMs: 5000, readyWaitMs: 10_000 });
  await using waiters = await gatherWaiters(settings);
  let n = 0;
  const ours = () => fillToLast(waiters, LOAD_MS + (STEP_MS * ((n += 1) % SAMPLES_A_STEP)) / SAMPLES_A_STEP);
  const floor = async (): Promise<number> => {
    const askedAt = performance.now();
    await connection.client.get('bench:nothing');
    return performance.now() - askedAt;
  };
  try {
    const limitMs = STEP_MS * (1 + SPREAD);
    return await within({ name: 'fill to last of 1,000 over REST', floor, ours, batches: 3, share: 0.99, limitMs });
  } finally {
    await connection.close();
  }
}
