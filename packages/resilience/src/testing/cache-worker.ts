import { connectRedis, createCache, createLeases, systemClock } from '../index.ts';

/** What a worker answers to `go`. */
export interface WorkerReport {
  readonly loads: number;
  readonly served: number;
  readonly failed: number;
  /** Loads of this process that ran at the same time. */
  readonly mostAtOnce: number;
}

const SHARED = { prefix: 'stampede', clock: systemClock };
const [url = '', callers = '1', loadMs = '0', waitMs = '0', outcome = 'succeed'] = process.argv.slice(2);

const redis = await connectRedis({ url }, { timeoutMs: 5000, readyWaitMs: 10_000 });
const leases = createLeases({ ...SHARED, redis, owner: 'worker' });
const lease = { leases, leaseMs: 30_000, waitMs: Number(waitMs) };
const cache = createCache({ ...SHARED, redis, lease, memory: { maxEntries: 100 } });

let loads = 0;
let running = 0;
let mostAtOnce = 0;
async function load(): Promise<string> {
  loads += 1;
  running += 1;
  mostAtOnce = Math.max(mostAtOnce, running);
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, Number(loadMs));
  await promise;
  running -= 1;
  if (outcome === 'fail') throw new Error('withered');
  return 'Rosa';
}

process.once('message', () => void run());
process.send?.('ready');

async function run(): Promise<void> {
  const ask = () => cache.getOrLoad('rose', load, { lifetime: () => ({ ttlMs: 60_000, staleMs: 60_000 }) });
  const ends = await Promise.allSettled(Array.from({ length: Number(callers) }, ask));
  const served = ends.filter((end) => end.status === 'fulfilled' && end.value.value === 'Rosa').length;
  const report: WorkerReport = { loads, served, failed: ends.length - served, mostAtOnce };
  process.send?.(report, () => process.disconnect());
  await redis.close();
}
