import { createHash } from 'node:crypto';

/** A reproducible sequence of random numbers: the same seed and topic always give the same sequence. */
export interface SeededRandom {
  /** Returns a number from `low` up to `high`. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  shuffled<T>(from: readonly T[]): T[];
}

/** Each topic has its own sequence, so that one more number in one topic does not change the others. */
export function seededRandom(seed: string, topic: string): SeededRandom {
  let count = 0;
  const next = (): number => {
    const digest = createHash('sha256').update(`${seed}/${topic}/${count++}`).digest();
    return digest.readUInt32BE(0) / 2 ** 32;
  };
  return {
    between: (low, high) => low + next() * (high - low),
    chance: (probability) => next() < probability,
    pick(from) {
      const picked = from[Math.floor(next() * from.length)];
      if (picked === undefined) throw new RangeError('nothing to pick from');
      return picked;
    },
    shuffled: (from) =>
      from
        .map((value) => ({ value, rank: next() }))
        .toSorted((a, b) => a.rank - b.rank)
        .map(({ value }) => value),
  };
}
