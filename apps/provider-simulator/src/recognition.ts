import { z } from 'zod';
import { type SeededRandom, seededRandom } from './seeded-random.ts';
import rows from './species.json' with { type: 'json' };

export interface Species {
  /** Without authors. */
  scientificName: string;
  genus: string;
  family: string;
  /** English. */
  commonName: string;
  gbifId: number | null;
}

const rowsSchema = z.array(z.tuple([z.string(), z.string(), z.string(), z.string(), z.number().nullable()]));

/** Ordered by scientific name, on which the choice of plants depends. NOTICE.md names the sources. */
export const SPECIES: readonly Species[] = rowsSchema
  .parse(rows)
  .map(([scientificName, genus, family, commonName, gbifId]) => ({
    scientificName,
    genus,
    family,
    commonName,
    gbifId,
  }));

/** How clearly the photo shows the plant; the same for both services. */
type Clarity = 'clear' | 'fair' | 'poor';

export interface Scored {
  species: Species;
  score: number;
}

/** The species that both services see in the photos of one plant, each on its own scale. */
export interface Recognition {
  plantId: readonly Scored[];
  plantNet: readonly Scored[];
}

const LIST_LENGTH = 10;

/** Returns the same plants for the same seed. The services mostly agree, sometimes in another order. */
export function recognize(seed: string): Recognition {
  const random = seededRandom(seed, 'plant');
  const clarity: Clarity = random.chance(0.15) ? 'poor' : random.chance(0.3) ? 'fair' : 'clear';
  const ranking = similarSpecies(random, random.pick(clarity === 'poor' ? CONFUSABLE : SPECIES));
  return {
    plantId: withScores(ranking.slice(0, 6), plantIdShares(clarity, seededRandom(seed, 'plant_id'))).filter(
      ({ score }) => score >= 0.005,
    ),
    plantNet: withScores(
      reordered(ranking, seededRandom(seed, 'order')),
      plantNetScores(clarity, seededRandom(seed, 'plantnet')),
    ),
  };
}

/** Species with at least two more in their genus, which a poor photo does not tell apart. */
const CONFUSABLE = SPECIES.filter(({ genus }) => SPECIES.filter((other) => other.genus === genus).length >= 3);

/** Returns a species and those it could be mistaken for: first of its genus, then of its family, then any. */
function similarSpecies(random: SeededRandom, species: Species): Species[] {
  const nearness = (other: Species): number =>
    other.genus === species.genus ? 0 : other.family === species.family ? 1 : 2;
  const others = random
    .shuffled(SPECIES.filter((other) => other !== species))
    .toSorted((a, b) => nearness(a) - nearness(b));
  return [species, ...others.slice(0, LIST_LENGTH - 1)];
}

/** Returns probabilities that sum up to at most 1. */
function plantIdShares(clarity: Clarity, random: SeededRandom): number[] {
  if (clarity === 'poor') {
    const top = random.between(0.24, 0.34);
    return [top, top * 0.85, top * 0.7, top * 0.15, top * 0.1, top * 0.05];
  }
  const top = clarity === 'clear' ? random.between(0.82, 0.99) : random.between(0.52, 0.78);
  const rest = 1 - top;
  return [top, rest * 0.5, rest * 0.25, rest * 0.1, rest * 0.05, rest * 0.02];
}

/** Returns scores on Pl@ntNet's scale: 0.2 is usual for a right answer, and they do not sum up to 1. */
function plantNetScores(clarity: Clarity, random: SeededRandom): number[] {
  const top = { clear: random.between(0.35, 0.92), fair: random.between(0.2, 0.45), poor: random.between(0.06, 0.18) }[
    clarity
  ];
  return Array.from({ length: LIST_LENGTH }, (_, index) => top * 0.45 ** index);
}

function reordered(ranking: readonly Species[], random: SeededRandom): Species[] {
  const [first, second, ...rest] = ranking;
  return first && second && random.chance(0.2) ? [second, first, ...rest] : [...ranking];
}

function withScores(ranking: readonly Species[], scores: readonly number[]): Scored[] {
  return ranking.map((species, index) => ({ species, score: scores[index] ?? 0 }));
}
