import { performance } from 'node:perf_hooks';

export interface Contender {
  readonly name: string;
  readonly call: () => Promise<unknown>;
}

export interface Effort {
  /** Batches of each contender in a round; their median is the value of the round. */
  readonly batches: number;
  /** Calls that are timed together, one after the other: the clock is too coarse for a single fast call. */
  readonly calls: number;
}

const ROUNDS = 9;

/** Returns the value below which `share` (0 to 1) of the others lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

async function timeCall(call: () => Promise<unknown>, calls: number): Promise<number> {
  const began = performance.now();
  for (let n = 0; n < calls; n += 1) await call();
  return (performance.now() - began) / calls;
}

/**
 * Runs samplers in turn, so that other work of the machine affects all alike; a round before the first warms up.
 * @param samplers return milliseconds
 * @returns for each, in the order given, its samples in each round
 */
export async function sampleInTurn(
  samplers: readonly (() => Promise<number>)[],
  batches: number,
): Promise<readonly (readonly (readonly number[])[])[]> {
  const rounds: number[][][] = samplers.map(() => []);
  for (let round = 0; round <= ROUNDS; round += 1) {
    const samples: number[][] = samplers.map(() => []);
    for (let batch = 0; batch < batches; batch += 1) {
      for (const [index, sample] of samplers.entries()) samples[index]?.push(await sample());
    }
    if (round > 0) for (const [index, list] of samples.entries()) rounds[index]?.push(list);
  }
  return rounds;
}

/** @returns for each contender, in the order given, the milliseconds of a call in each round */
export async function timeInTurn(
  contenders: readonly Contender[],
  { batches, calls }: Effort,
): Promise<readonly (readonly number[])[]> {
  const samplers = contenders.map(
    ({ call }) =>
      () =>
        timeCall(call, calls),
  );
  const sampled = await sampleInTurn(samplers, batches);
  return sampled.map((rounds) => rounds.map((list) => quantile(list, 0.5)));
}
