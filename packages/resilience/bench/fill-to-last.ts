import type { RedisSettings } from '../src/index.ts';
import { countLoads, gatherOurs, type StampedeCrowd, stampedeOn } from './stampede-crowd.ts';

const CALLERS = 1000;
const PROCESSES = 3;

/** The callers of whom the fill is awaited. */
export function gatherWaiters(redis: RedisSettings): Promise<StampedeCrowd> {
  return gatherOurs(PROCESSES, Math.ceil(CALLERS / PROCESSES), redis);
}

/** @returns milliseconds from the end of the one load to the last caller of all processes who has the value */
export async function fillToLast(waiters: StampedeCrowd, loadMs: number): Promise<number> {
  const reports = await stampedeOn(waiters, loadMs);
  if (countLoads(reports) !== 1) throw new Error(`There should have been one load, not ${countLoads(reports)}`);
  const filledAt = Math.max(...reports.map(({ loadedAt }) => loadedAt));
  return Math.max(...reports.map(({ lastServedAt }) => lastServedAt)) - filledAt;
}
