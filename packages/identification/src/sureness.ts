/** How sure an answer is, in a word. */
export type Sureness = 'likely' | 'possible' | 'unsure';

/** From this Plant.id probability on a species is called likely. */
export const LIKELY_FROM = 0.8;
/** From this Plant.id probability on a species is called possible. */
export const POSSIBLE_FROM = 0.5;
/** With Pl@ntNet alone: 0.2 is a usual score of a right answer there, and nothing it says alone is called likely. */
export const POSSIBLE_FROM_PLANTNET = 0.2;

/** The word for a confidence from 0 to 1; `source` is said when Pl@ntNet answered alone. */
export function sureness(confidence: number, source?: 'plantnet'): Sureness {
  if (source === 'plantnet') return confidence >= POSSIBLE_FROM_PLANTNET ? 'possible' : 'unsure';
  if (confidence >= LIKELY_FROM) return 'likely';
  return confidence >= POSSIBLE_FROM ? 'possible' : 'unsure';
}

/** What is read of a suggestion; the objects of the wire fit as well. */
export interface SpeciesShare {
  genus?: string | undefined;
  /** Plant.id's. */
  probability?: number | undefined;
}

/** How sure the genus is, from 0 to 1: the sum of Plant.id's probabilities of the species in it. */
export function genusSureness(suggestions: readonly SpeciesShare[], genus: string): number {
  const sum = suggestions
    .filter((suggestion) => suggestion.genus === genus)
    .reduce((total, { probability }) => total + (probability ?? 0), 0);
  return Math.min(1, sum);
}

/** The genus to name when no species is sure enough; undefined when Plant.id gave no probability in any. */
export function surestGenus(suggestions: readonly SpeciesShare[]): { genus: string; sureness: number } | undefined {
  const genera = new Set(suggestions.flatMap(({ genus }) => genus ?? []));
  const [first] = [...genera]
    .map((genus) => ({ genus, sureness: genusSureness(suggestions, genus) }))
    .filter((candidate) => candidate.sureness > 0)
    .toSorted((a, b) => b.sureness - a.sureness);
  return first;
}
