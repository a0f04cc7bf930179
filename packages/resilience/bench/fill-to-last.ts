import { countLoads, type RedisAddress, runStampede, type StampedeGroup, startOurs } from './stampede-group.ts';

const CALLERS = 1000;
const PROCESSES = 3;

/** Starts the processes whose callers wait for one fill. */
export function startWaiters(redis: RedisAddress): Promise<StampedeGroup> {
  return startOurs(PROCESSES, Math.ceil(CALLERS / PROCESSES), redis);
}

/** @returns milliseconds from the end of the one load until the last caller of all processes has the value */
export async function fillToLast(waiters: StampedeGroup, loadMs: number): Promise<number> {
  const reports = await runStampede(waiters, loadMs);
  if (countLoads(reports) !== 1) throw new Error(`There should have been one load, not ${countLoads(reports)}`);
  const filledAt = Math.max(...reports.map(({ loadedAt }) => loadedAt));
  return Math.max(...reports.map(({ lastServedAt }) => lastServedAt)) - filledAt;
}
