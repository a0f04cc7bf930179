import { connectRedis, createCache, type RedisSettings, systemClock } from '../index.ts';

/** Settings of a worker, as JSON in its first argument. */
export interface WorkerSettings {
  readonly redis: RedisSettings;
  /** Number of callers at the same time. */
  readonly callers: number;
  /** Number of callers afterwards, one after the other, two in the time of a load. */
  readonly lateCallers?: number;
  readonly loadMs: number;
  readonly waitMs: number;
  /** Default: 30,000. */
  readonly ttlMs?: number;
  /** The value of a load; null: the load fails. */
  readonly value: string | null;
}

/** The report of a worker, which it sends when all callers are served. */
export interface WorkerReport {
  readonly loads: number;
  readonly served: number;
  readonly failed: number;
  /** Most loads of this process at the same time. */
  readonly maxConcurrent: number;
  /** Values of this process that Redis rejected because another process had loaded one since. */
  readonly fencedOff: number;
}

// The test wrote it.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const settings = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings;
const { callers, value, lateCallers = 0, ttlMs = 30_000, loadMs, waitMs } = settings;

const shared = { prefix: 'stampede', clock: systemClock };
const redis = await connectRedis(settings.redis, { timeoutMs: 5000, readyWaitMs: 10_000 });
const cache = createCache({ ...shared, redis, lock: { ttlMs, waitMs }, memory: { maxEntries: 100 } });

let loads = 0;
let running = 0;
let maxConcurrent = 0;
let fencedOff = 0;
cache.subscribe(({ type }) => {
  if (type === 'fenced_off') fencedOff += 1;
});

async function load(): Promise<string> {
  loads += 1;
  running += 1;
  maxConcurrent = Math.max(maxConcurrent, running);
  process.send?.('loading');
  await pause(loadMs);
  running -= 1;
  if (value === null) throw new Error('withered');
  return value;
}

// Not `once`: over REST a process waits by timers alone, and then only this listener keeps it alive.
process.on('message', () => void run());
process.send?.('ready');

async function run(): Promise<void> {
  const request = () => cache.getOrLoad('rose', load, { lifetime: () => ({ ttlMs: 60_000, staleMs: 60_000 }) });
  const requested = [Promise.allSettled(Array.from({ length: callers }, request))];
  for (let n = 0; n < lateCallers; n += 1) {
    await pause(loadMs / 2);
    requested.push(Promise.allSettled([request()]));
  }
  const results = (await Promise.all(requested)).flat();
  const served = results.filter(
    (result) => result.status === 'fulfilled' && typeof result.value.value === 'string',
  ).length;
  const report: WorkerReport = {
    loads,
    served,
    failed: results.length - served,
    maxConcurrent,
    fencedOff,
  };
  process.send?.(report, () => process.disconnect());
  await redis.close();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
