import { setTimeout as pause } from 'node:timers/promises';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { createCache, type RedisConnection, systemClock } from '../src/index.ts';
import type { BenchRow } from './bench-row.ts';
import { compare } from './compare.ts';

const CALLERS = 1000;
const LOAD_MS = 50;
const TTL_MS = 60_000;

const load = (): Promise<string> => pause(LOAD_MS, 'Rosa');
const all = (ask: () => Promise<unknown>) => Promise.all(Array.from({ length: CALLERS }, ask));

/** Lets all callers of one process ask for a key that is not cached. */
export async function oneProcessRow(redis: RedisConnection): Promise<BenchRow> {
  const shared = { redis, prefix: 'bench', clock: systemClock };
  const cache = createCache({ ...shared, lock: { ttlMs: 30_000, waitMs: 30_000 }, memory: { maxEntries: 100 } });
  const bento = new BentoCache({
    default: 'memory',
    stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: 100, serialize: false })) },
  });
  let n = 0;
  const options = { lifetime: () => ({ ttlMs: TTL_MS, staleMs: TTL_MS }) };
  const ours = () => {
    const key = `key-${(n += 1)}`;
    return all(() => cache.getOrLoad(key, load, options));
  };
  const peer = () => {
    const key = `key-${(n += 1)}`;
    return all(() => bento.getOrSet({ key, factory: load, ttl: TTL_MS }));
  };
  const floor = { name: 'load', call: load };
  try {
    return await compare({
      batches: 5,
      calls: 1,
      name: '1,000 callers, one process',
      floor,
      ours: { name: 'ours', call: ours },
      against: floor,
      times: 1,
      plusMs: 50,
      alsoPeers: [{ name: 'bentocache, memory only', call: peer }],
    });
  } finally {
    await bento.disconnectAll();
  }
}
