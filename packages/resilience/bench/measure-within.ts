import type { BenchRow } from './bench-row.ts';
import { quantile, sampleInTurn } from './rounds.ts';

interface LimitedRow {
  readonly name: string;
  /** Returns milliseconds, as `ours` does: the least that the same machine needs, in the same rounds. */
  readonly floor: () => Promise<number>;
  readonly ours: () => Promise<number>;
  /** Samples in each round. */
  readonly batches: number;
  /** The quantile of all our samples that the limit is for, 0 to 1. */
  readonly share: number;
  readonly limitMs: number;
  /** Whether the limit is for the time above the floor, rather than for all of it. Default: false. */
  readonly aboveFloor?: boolean;
}

/** Measures ours against a limit in milliseconds, the time that people wait; the floor shows the share of the machine. */
export async function measureWithin(row: LimitedRow): Promise<BenchRow> {
  const { name, batches, share, limitMs, aboveFloor = false } = row;
  const [floorRounds = [], oursRounds = []] = await sampleInTurn([row.floor, row.ours], batches);
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
