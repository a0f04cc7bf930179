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
  /** Whether the limit is for what ours takes above the floor; else, unless given, for all of it. */
  readonly aboveFloor?: boolean;
}

/** Ours against a limit in milliseconds, which is what people wait; the floor shows what of it is the machine's. */
export async function within(promised: Promised): Promise<BenchRow> {
  const { name, batches, share, limitMs, aboveFloor = false } = promised;
  const [floorRounds = [], oursRounds = []] = await sampleInTurn([promised.floor, promised.ours], batches);
  const floor = quantile(floorRounds.flat(), 0.5);
  const ours = quantile(oursRounds.flat(), share);
  const ratios = oursRounds.map((list) => quantile(list, share) / floor);
  return {
    name: `${name}, p${share * 100}`,
    unit: 'ms',
    floor,
    ours,
    ratio: ours / floor,
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    bar: aboveFloor ? `<= floor + ${limitMs} ms` : `<= ${limitMs} ms`,
    holds: ours - (aboveFloor ? floor : 0) <= limitMs,
    peers: [],
  };
}
