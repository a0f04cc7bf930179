import { type Dice, diceFor } from './dice.ts';
import { SPECIES, type Species } from './species.ts';

/** How well the photo shows the plant, which both services are guided by. */
type Clarity = 'clear' | 'fair' | 'poor';

export interface Scored {
  species: Species;
  score: number;
}

/** What both services see in the photos of one plant; each has its own scale. */
export interface Diagnosis {
  plantId: readonly Scored[];
  plantNet: readonly Scored[];
}

const LISTED = 10;

/** The same seed always gives the same plants. The services mostly agree, sometimes on another order. */
export function diagnose(seed: string): Diagnosis {
  const dice = diceFor(seed, 'plant');
  const clarity: Clarity = dice.chance(0.15) ? 'poor' : dice.chance(0.3) ? 'fair' : 'clear';
  const ranking = alike(dice, dice.pick(clarity === 'poor' ? CONFUSABLE : SPECIES));
  return {
    plantId: scored(ranking.slice(0, 6), plantIdShares(clarity, diceFor(seed, 'plant_id'))).filter(
      ({ score }) => score >= 0.005,
    ),
    plantNet: scored(reordered(ranking, diceFor(seed, 'order')), plantNetScores(clarity, diceFor(seed, 'plantnet'))),
  };
}

/** Species with at least two more in their genus: what a poor photo leaves open. */
const CONFUSABLE = SPECIES.filter(({ genus }) => SPECIES.filter((other) => other.genus === genus).length >= 3);

/** A species and what it could be mistaken for: first of its genus, then of its family, then any. */
function alike(dice: Dice, species: Species): Species[] {
  const nearness = (other: Species): number =>
    other.genus === species.genus ? 0 : other.family === species.family ? 1 : 2;
  const others = dice
    .shuffled(SPECIES.filter((other) => other !== species))
    .toSorted((a, b) => nearness(a) - nearness(b));
  return [species, ...others.slice(0, LISTED - 1)];
}

/** Probabilities: together at most 1. */
function plantIdShares(clarity: Clarity, dice: Dice): number[] {
  if (clarity === 'poor') {
    const top = dice.between(0.24, 0.34);
    return [top, top * 0.85, top * 0.7, top * 0.15, top * 0.1, top * 0.05];
  }
  const top = clarity === 'clear' ? dice.between(0.82, 0.99) : dice.between(0.52, 0.78);
  const rest = 1 - top;
  return [top, rest * 0.5, rest * 0.25, rest * 0.1, rest * 0.05, rest * 0.02];
}

/** Scores of a scale of their own: 0.2 is usual for a right answer, and they do not add up. */
function plantNetScores(clarity: Clarity, dice: Dice): number[] {
  const top = { clear: dice.between(0.35, 0.92), fair: dice.between(0.2, 0.45), poor: dice.between(0.06, 0.18) }[
    clarity
  ];
  return Array.from({ length: LISTED }, (_, place) => top * 0.45 ** place);
}

function reordered(ranking: readonly Species[], dice: Dice): Species[] {
  const [first, second, ...rest] = ranking;
  return first && second && dice.chance(0.2) ? [second, first, ...rest] : [...ranking];
}

function scored(ranking: readonly Species[], scores: readonly number[]): Scored[] {
  return ranking.map((species, place) => ({ species, score: scores[place] ?? 0 }));
}
