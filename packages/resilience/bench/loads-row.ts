import type { BenchRow } from './bench-row.ts';
import { quantile, sampleInTurn } from './rounds.ts';
import { countLoads, runStampede, startBentocache, startOurs } from './stampede-group.ts';

const PROCESSES = 4;
const CALLERS = 250;
const LOAD_MS = 50;
const BATCHES = 2;

/** Counts the loads of a key that no process has, by callers of several processes: ours at worst, the peer's median. */
export async function loadsRow(url: string): Promise<BenchRow> {
  await using ours = await startOurs(PROCESSES, CALLERS, { url });
  await using peer = await startBentocache(PROCESSES, CALLERS, url);
  const samplers = [ours, peer].map((group) => async () => countLoads(await runStampede(group, LOAD_MS)));
  const [oursRounds = [], peerRounds = []] = await sampleInTurn(samplers, BATCHES);
  const counts = oursRounds.flat();
  const most = Math.max(...counts);
  return {
    name: '4 x 250 cold callers, at worst',
    unit: 'loads',
    floor: 1,
    ours: most,
    ratio: quantile(counts, 0.5),
    lowest: Math.min(...counts),
    highest: most,
    bar: '1 load',
    holds: most === 1,
    peers: [{ name: 'bentocache, Redis and bus, p50', value: quantile(peerRounds.flat(), 0.5) }],
  };
}
