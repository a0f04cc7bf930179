import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { connectRedis, createLeases, type LeaseHandle, type Leases, systemClock } from '../src/index.ts';
import type { BenchRow } from './bench-row.ts';
import { measureWithin } from './measure-within.ts';
import { WakeFloor } from './wake-floor.ts';

const REQUEST = { ttlMs: 30_000, waitMs: 30_000 };
/** Long enough for the waiter to have subscribed and found the lease taken. */
const SETTLE_MS = 10;

async function take(leases: Leases): Promise<LeaseHandle> {
  const acquisition = await leases.acquire('handed', REQUEST);
  if (acquisition.type !== 'acquired') throw new Error('The lease should have become free');
  return acquisition.lease;
}

/** Measures from the release of the holder to the work of the waiter, each with a connection of its own. */
export async function handOverRow(url: string): Promise<BenchRow> {
  const options = { timeoutMs: 5000, readyWaitMs: 10_000 };
  const connections = await Promise.all([connectRedis({ url }, options), connectRedis({ url }, options)]);
  const [holder, waiter] = connections.map((redis) =>
    createLeases({ redis, prefix: 'bench', owner: 'bench', clock: systemClock }),
  );
  if (!holder || !waiter) throw new Error('There are two connections');
  const handOver = async (): Promise<number> => {
    const held = await take(holder);
    const next = take(waiter).then((lease) => ({ lease, at: performance.now() }));
    await pause(SETTLE_MS);
    const releasedAt = performance.now();
    const [, { lease, at }] = await Promise.all([held.release(), next]);
    await lease.release();
    return at - releasedAt;
  };
  using floor = await WakeFloor.open(url);
  try {
    const ours = { ours: handOver, share: 0.5, limitMs: 5 };
    return await measureWithin({ name: 'hand-over to a waiter', floor: floor.sample, batches: 20, ...ours });
  } finally {
    await Promise.all(connections.map((redis) => redis.close()));
  }
}
