import type { BenchRow } from './bench-row.ts';
import { noisePhoto } from './noise-photo.ts';
import { compareRounds, timeRounds } from './rounds.ts';
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
    const compared = compareRounds(floor, ours);
    rows.push({
      name: `cache hit, ${name}, over bare route`,
      unit: 'ms',
      ...compared,
      bar: `<= ${BAR}`,
      holds: compared.ratio <= BAR,
      peers: [],
    });
  }
  return rows;
}
