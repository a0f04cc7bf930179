import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { createCache, type RedisConnection, systemClock } from '../src/index.ts';
import type { BenchRow } from './bench-row.ts';
import { compare } from './compare.ts';

const KEY = 'rose';
const TTL_MS = 3_600_000;
const VALUE = { name: 'Rosa', score: 0.97, images: ['a', 'b', 'c'] };

const load = async (): Promise<typeof VALUE> => VALUE;

/** Measures a hit in the memory of the process. */
export async function memoryRow(redis: RedisConnection): Promise<BenchRow> {
  const map = new Map([[KEY, VALUE]]);
  const cache = createCache({ redis, prefix: 'bench', memory: { maxEntries: 100 }, clock: systemClock });
  const bento = new BentoCache({
    default: 'plain',
    stores: {
      plain: bentostore().useL1Layer(memoryDriver({ maxItems: 100, serialize: false })),
      copying: bentostore().useL1Layer(memoryDriver({ maxItems: 100 })),
    },
  });
  const options = { lifetime: () => ({ ttlMs: TTL_MS, staleMs: TTL_MS }) };
  const ask = { key: KEY, factory: load, ttl: TTL_MS };
  const copying = bento.use('copying');
  try {
    return await compare({
      batches: 15,
      calls: 500,
      name: 'memory hit',
      floor: { name: 'Map', call: async () => map.get(KEY) },
      ours: { name: 'ours', call: () => cache.getOrLoad(KEY, load, options) },
      against: { name: 'bentocache', call: () => bento.getOrSet(ask) },
      times: 1,
      alsoPeers: [{ name: 'bentocache with copies', call: () => copying.getOrSet(ask) }],
    });
  } finally {
    await bento.disconnectAll();
  }
}
