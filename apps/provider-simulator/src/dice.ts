import { createHash } from 'node:crypto';

/** Numbers that only look random: the same seed and topic always throw the same. */
export interface Dice {
  /** From `low` up to `high`. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  shuffled<T>(from: readonly T[]): T[];
}

/** Each topic has throws of its own, so that one more throw in one leaves the others as they were. */
export function diceFor(seed: string, topic: string): Dice {
  let throws = 0;
  const next = (): number => {
    const digest = createHash('sha256').update(`${seed}/${topic}/${throws++}`).digest();
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
        .map((value) => ({ value, at: next() }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ value }) => value),
  };
}
