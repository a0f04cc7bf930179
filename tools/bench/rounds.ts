import { performance } from 'node:perf_hooks';

/** Milliseconds of each round, one list a contender, in the order given. */
export interface Rounds {
  medians: readonly (readonly number[])[];
  /** Unlike medians, they show what delays a few calls only. */
  means: readonly (readonly number[])[];
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The value below which lies `share` (0 to 1) of the others. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Compares our rounds with those of the floor, pair by pair, as a `BenchRow` shows it. A floor of 0 counts as equal. */
export function compareRounds(floor: readonly number[], ours: readonly number[]) {
  const ratios = ours.map((value, round) => value / (floor[round] || value));
  return {
    floor: median(floor),
    ours: median(ours),
    ratio: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
  };
}

/**
 * Times contenders side by side: in every round each is run `runs` times, one call after the other and the contenders
 * in turn, so that what else the machine does falls on all of them alike. Every other turn goes backwards, because what
 * a contender still does after its call slows the next one. The first round warms up and is dropped.
 */
export async function timeRounds(
  contenders: readonly (() => Promise<void>)[],
  { rounds, runs }: { rounds: number; runs: number },
): Promise<Rounds> {
  const medians: number[][] = contenders.map(() => []);
  const means: number[][] = contenders.map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    const times: number[][] = contenders.map(() => []);
    const turn = [...contenders.entries()];
    for (let run = 0; run < runs; run += 1) {
      for (const [index, contender] of run % 2 === 0 ? turn : turn.toReversed()) {
        const began = performance.now();
        await contender();
        times[index]?.push(performance.now() - began);
      }
    }
    if (round === 0) continue;
    for (const [index, list] of times.entries()) {
      medians[index]?.push(median(list));
      means[index]?.push(mean(list));
    }
  }
  return { medians, means };
}
