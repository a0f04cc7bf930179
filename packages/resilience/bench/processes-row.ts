import type { BenchRow } from './bench-row.ts';
import { fillToLast, startWaiters } from './fill-to-last.ts';
import { measureWithin } from './measure-within.ts';
import { WakeFloor } from './wake-floor.ts';

const LOAD_MS = 50;

/** Measures how fast waiters get a filled value over TCP, where messages wake them. */
export async function processesRow(url: string): Promise<BenchRow> {
  await using waiters = await startWaiters({ url });
  using floor = await WakeFloor.open(url);
  return await measureWithin({
    name: 'fill to last of 1,000, 3 processes',
    floor: floor.sample,
    ours: () => fillToLast(waiters, LOAD_MS),
    batches: 12,
    share: 0.99,
    limitMs: 10,
  });
}
