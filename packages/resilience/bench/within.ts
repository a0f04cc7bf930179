import type { BenchRow } from './bench-row.ts';
import { quantile, sampleInTurn } from './rounds.ts';

interface Promised {
  readonly name: string;
  /** Both give milliseconds; a floor is what the same machine needs at least, in the same rounds. */
  readonly floor: () => Promise<number>;
  readonly ours: () => Promise<number>;
  /** Samples in each round. */
  readonly batches: number;
  /** 0 to 1: the quantile of all our samples that the limit is for. */
  readonly share: number;
  readonly limitMs: number;
}

/** Ours against a limit in milliseconds, which is what people wait; the floor shows what of it is the machine's. */
export async function within({ name, floor, ours, batches, share, limitMs }: Promised): Promise<BenchRow> {
  const [floorRounds = [], oursRounds = []] = await sampleInTurn([floor, ours], batches);
  const floorMs = quantile(floorRounds.flat(), 0.5);
  const oursMs = quantile(oursRounds.flat(), share);
  const ratios = oursRounds.map((list) => quantile(list, share) / floorMs);
  return {
    name: `${name}, p${share * 100}`,
    floorMs,
    oursMs,
    ratio: oursMs / floorMs,
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    bar: `<= ${limitMs} ms`,
    holds: oursMs <= limitMs,
    peers: [],
  };
}
