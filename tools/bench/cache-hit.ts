import type { BenchRow } from './bench-row.ts';
import { noisePhoto } from './noise-photo.ts';
import { median, timeRounds } from './rounds.ts';
import { send, uploadOf } from './upload.ts';

const BAR = 1.5;
const SIZES = [
  { name: '200 kB', bytes: 200_000, runs: 120 },
  { name: '5 MB', bytes: 5_000_000, runs: 12 },
];

/** A cache hit against a bare route of the same server that reads and hashes the same body; anonymous. */
export async function cacheHitRows(url: string): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { name, bytes, runs } of SIZES) {
    const upload = uploadOf(await noisePhoto(bytes));
    const identify = `${url}/api/v1/plant-identification/identify`;
    await send(identify, upload);
    const again = await send(identify, upload);
    if (!again.includes('"cached":true')) throw new Error('The second answer did not come out of the cache');
    const bare = () => send(`${url}/api/bare`, upload).then(() => undefined);
    const hit = () => send(identify, upload).then(() => undefined);
    const [floor = [], ours = []] = (await timeRounds([bare, hit], { rounds: 9, runs })).medians;
    const ratios = ours.map((ms, round) => ms / (floor[round] ?? ms));
    rows.push({
      name: `cache hit, ${name}, over bare route`,
      unit: 'ms',
      floor: median(floor),
      ours: median(ours),
      ratio: median(ratios),
      lowest: Math.min(...ratios),
      highest: Math.max(...ratios),
      bar: `<= ${BAR}`,
      holds: median(ratios) <= BAR,
      peers: [],
    });
  }
  return rows;
}
