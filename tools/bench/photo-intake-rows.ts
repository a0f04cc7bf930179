import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { GC_FLAGS } from '../start/web.ts';
import type { BenchRow } from './bench-row.ts';
import { compareRounds } from './rounds.ts';

const BAR = 1.15;
/** JPEG qualities that make a photo of the size that phones write, and one of 10 MB. */
const QUALITIES = ['80', '95'];

const times = z.array(z.number());
const report = z.array(z.object({ megabytes: z.number(), medians: z.tuple([times, times]) }));

/**
 * The intake of a photo of 12 megapixels, from the first byte of its upload to the normalized photo, against sharp alone,
 * which makes the same JPEG of bytes that are in memory. Both run in one process, one after the other.
 */
export async function photoIntakeRows(): Promise<BenchRow[]> {
  const program = join(import.meta.dirname, 'photo-intake-process.ts');
  const args = [...process.execArgv, ...GC_FLAGS, program, ...QUALITIES];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const photos = report.parse(JSON.parse(await text(child.stdout)));
  return photos.map(({ medians: [floor, ours], megabytes }) => {
    const compared = compareRounds(floor, ours);
    return {
      name: `intake of 12 megapixels, ${megabytes} MB, over bare sharp`,
      unit: 'ms',
      ...compared,
      bar: `<= ${BAR}`,
      holds: compared.ratio <= BAR,
      peers: [],
    };
  });
}
