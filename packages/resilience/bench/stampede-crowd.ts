import { randomUUID } from 'node:crypto';
import type { RedisSettings } from '../src/index.ts';
import { Crowd } from './crowd.ts';
import type { StampedeOrder, StampedeReport } from './stampede.ts';

export type StampedeCrowd = Crowd<StampedeOrder, StampedeReport>;

const OURS = new URL('./stampede-worker.ts', import.meta.url);
const BENTOCACHE = new URL('./bento-worker.ts', import.meta.url);

/** @param callers in each process */
export function gatherOurs(processes: number, callers: number, redis: RedisSettings): Promise<StampedeCrowd> {
  const address = 'url' in redis ? [redis.url] : [redis.restUrl, redis.token];
  return Crowd.gather(OURS, processes, [String(callers), ...address]);
}

export function gatherBentocache(processes: number, callers: number, url: string): Promise<StampedeCrowd> {
  return Crowd.gather(BENTOCACHE, processes, [String(callers), url]);
}

/** All ask for what nobody has yet. */
export function stampedeOn(crowd: StampedeCrowd, loadMs: number): Promise<StampedeReport[]> {
  return crowd.tell({ key: randomUUID(), loadMs });
}

export function countLoads(reports: readonly StampedeReport[]): number {
  return reports.reduce((sum, { loads }) => sum + loads, 0);
}
