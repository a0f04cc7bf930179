import { createPhotoIntake, noiseJpeg } from '@plantcommunity/identification/testing/photos';
import type { BenchRow } from './bench-row.ts';
import { median, timeRounds } from './rounds.ts';

const BAR = 1.15;

/**
 * The intake of a photo of 12 megapixels, from the first byte of its upload to the normalized photo, against sharp alone,
 * which makes the same JPEG of bytes that are in memory. Both run in this process, one after the other.
 */
export async function photoIntakeRow(): Promise<BenchRow> {
  const { bare, intake } = createPhotoIntake(await noiseJpeg(4_000, 3_000));
  const contenders = [async () => void (await bare()), async () => void (await intake())];
  const [floor = [], ours = []] = (await timeRounds(contenders, { rounds: 9, runs: 3 })).medians;
  const ratios = ours.map((ms, round) => ms / (floor[round] ?? ms));
  return {
    name: 'intake of a photo of 12 megapixels, over bare sharp',
    unit: 'ms',
    floor: median(floor),
    ours: median(ours),
    ratio: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    bar: `<= ${BAR}`,
    holds: median(ratios) <= BAR,
    peers: [],
  };
}
