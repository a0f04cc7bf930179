import { randomUUID } from 'node:crypto';
import { Redis as IORedis } from 'ioredis';
import { Mutex } from 'redis-semaphore';
import { createLeases, type RedisConnection, systemClock } from '../src/index.ts';
import type { BenchRow } from './bench-row.ts';
import { compare } from './compare.ts';

const LEASE_MS = 30_000;
const COMPARE_AND_DELETE =
  "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

/** Measures taking and releasing a free lease. @param url of the same Redis, for a peer with a client of its own */
export async function leaseRow(redis: RedisConnection, url: string): Promise<BenchRow> {
  const leases = createLeases({ redis, prefix: 'bench', owner: 'bench', clock: systemClock });
  const peerClient = new IORedis(url);
  const ours = () => leases.withLease('ours', { ttlMs: LEASE_MS, waitMs: 0 }, async () => {});
  const raw = async () => {
    const owner = randomUUID();
    await redis.client.set('bench:raw', owner, { nx: true, px: LEASE_MS });
    await redis.client.eval(COMPARE_AND_DELETE, ['bench:raw'], [owner]);
  };
  const peer = async () => {
    const mutex = new Mutex(peerClient, 'bench:peer', { lockTimeout: LEASE_MS });
    await mutex.acquire();
    await mutex.release();
  };
  const floor = { name: 'SET NX + compare-and-delete', call: raw };
  try {
    return await compare({
      batches: 15,
      calls: 20,
      name: 'lease, acquire + release',
      floor,
      ours: { name: 'ours', call: ours },
      against: floor,
      times: 1.5,
      alsoPeers: [{ name: 'redis-semaphore', call: peer }],
    });
  } finally {
    peerClient.disconnect();
  }
}
