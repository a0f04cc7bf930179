import { badPhotos, noiseJpeg } from '@plantcommunity/identification/testing/photos';
import type { BenchApp } from './bench-app.ts';
import type { BenchRow } from './bench-row.ts';
import { compareRounds, median, timeRounds } from './rounds.ts';
import { send, uploadOf } from './upload.ts';

const BAR_MS = 250;
/** How many of the next slowest photos the row names. */
const PEERS = 3;

/** The slowest refusal of photos that try to cost much, against a bare route that reads and hashes the same body. */
export async function badPhotoRow({ url }: BenchApp): Promise<BenchRow> {
  const refusals = [];
  for (const { bytes, name, status } of badPhotos(await noiseJpeg(4_000, 3_000))) {
    const upload = uploadOf(bytes, 'image/*');
    const bare = async () => void (await send(`${url}/api/bare`, upload));
    const refused = async () => void (await send(`${url}/api/v1/plant-identification/identify`, upload, status));
    // oxlint-disable-next-line no-await-in-loop -- one photo after the other
    const [floor = [], ours = []] = (await timeRounds([bare, refused], { rounds: 9, runs: 1 })).medians;
    refusals.push({ name, floor, ours, value: median(ours) });
  }
  const [slowest, ...others] = refusals.toSorted((a, b) => b.value - a.value);
  if (slowest === undefined) throw new Error('There are no bad photos');
  const { floor, ours } = slowest;
  return {
    name: `slowest refusal: ${slowest.name}`,
    unit: 'ms',
    ...compareRounds(floor, ours),
    bar: `<= ${BAR_MS} ms`,
    holds: slowest.value <= BAR_MS,
    peers: others.slice(0, PEERS).map(({ name, value }) => ({ name, value })),
  };
}
