import type { BenchRow } from './bench-row.ts';
import { fillToLast, gatherWaiters } from './fill-to-last.ts';
import { WakeFloor } from './wake-floor.ts';
import { within } from './within.ts';

const LOAD_MS = 50;

/** Over TCP those who wait are woken. */
export async function processesRow(url: string): Promise<BenchRow> {
  await using waiters = await gatherWaiters({ url });
  using floor = await WakeFloor.open(url);
  return await within({
    name: 'fill to last of 1,000, 3 processes',
    floor: floor.sample,
    ours: () => fillToLast(waiters, LOAD_MS),
    batches: 12,
    share: 0.99,
    limitMs: 10,
  });
}
