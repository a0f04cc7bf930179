// One process of a stampede: for each key that it is sent, `callers` ask for it at once.
import { connectRedis, createCache, createLeases, systemClock } from '../src/index.ts';

export interface StampedeReport {
  /** Milliseconds of the machine's monotonic clock, which all processes share; 0 when another process loaded. */
  readonly loadedAt: number;
  readonly lastServedAt: number;
}

const SHARED = { prefix: 'bench', clock: systemClock };
const [url = '', callers = '1', loadMs = '0'] = process.argv.slice(2);
const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6;

const redis = await connectRedis({ url }, { timeoutMs: 5000, readyWaitMs: 10_000 });
const leases = createLeases({ ...SHARED, redis, owner: 'bench' });
const lease = { leases, leaseMs: 30_000, waitMs: 30_000 };
const cache = createCache({ ...SHARED, redis, lease, memory: { maxEntries: 100 } });

async function serve(key: string): Promise<StampedeReport> {
  let loadedAt = 0;
  const load = async (): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, Number(loadMs));
    await promise;
    loadedAt = monotonic();
    return 'Rosa';
  };
  const ask = () => cache.getOrLoad(key, load, { lifetime: () => ({ ttlMs: 60_000, staleMs: 60_000 }) });
  await Promise.all(Array.from({ length: Number(callers) }, ask));
  return { loadedAt, lastServedAt: monotonic() };
}

process.on('message', (key: string) => void serve(key).then((report) => process.send?.(report)));
process.once('disconnect', () => void redis.close());
process.send?.('ready');
