import { randomUUID } from 'node:crypto';
import type { RestSettings } from '../src/index.ts';
import type { StampedeCommand, StampedeReport } from './stampede.ts';
import { WorkerGroup } from './worker-group.ts';

/** A Redis whose address a process can be started with. */
export type RedisAddress = { readonly url: string } | RestSettings;

export type StampedeGroup = WorkerGroup<StampedeCommand, StampedeReport>;

const OURS = new URL('./stampede-worker.ts', import.meta.url);
const BENTOCACHE = new URL('./bento-worker.ts', import.meta.url);

/** @param callers in each process */
export function startOurs(processes: number, callers: number, redis: RedisAddress): Promise<StampedeGroup> {
  const address = 'url' in redis ? [redis.url] : [redis.restUrl, redis.token];
  return WorkerGroup.start(OURS, processes, [String(callers), ...address]);
}

export function startBentocache(processes: number, callers: number, url: string): Promise<StampedeGroup> {
  return WorkerGroup.start(BENTOCACHE, processes, [String(callers), url]);
}

/** Lets all callers ask for a new key. */
export function runStampede(group: StampedeGroup, loadMs: number): Promise<StampedeReport[]> {
  return group.run({ key: randomUUID(), loadMs });
}

export function countLoads(reports: readonly StampedeReport[]): number {
  return reports.reduce((sum, { loads }) => sum + loads, 0);
}
