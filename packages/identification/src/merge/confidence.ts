/** How sure an answer is, in a word. */
export type ConfidenceLevel = 'likely' | 'possible' | 'unsure';

/** From this Plant.id probability on a species is called likely. */
export const LIKELY_FROM = 0.8;
/** From this Plant.id probability on a species is called possible. */
export const POSSIBLE_FROM = 0.5;
/** With Pl@ntNet alone: 0.2 is a usual score of a right answer there, and nothing it says alone is called likely. */
export const POSSIBLE_FROM_SCORE = 0.2;

/** The word for a confidence from 0 to 1; `source` is said when Pl@ntNet answered alone. */
export function confidenceLevel(confidence: number, source?: 'plantnet'): ConfidenceLevel {
  if (source === 'plantnet') return confidence >= POSSIBLE_FROM_SCORE ? 'possible' : 'unsure';
  if (confidence >= LIKELY_FROM) return 'likely';
  return confidence >= POSSIBLE_FROM ? 'possible' : 'unsure';
}

/** What is read of a suggestion; the objects of the wire fit as well. */
export interface SpeciesProbability {
  genus?: string | undefined;
  /** Plant.id's. */
  probability?: number | undefined;
}

/** How sure the genus is, from 0 to 1: the sum of Plant.id's probabilities of the species in it. */
export function genusConfidence(suggestions: readonly SpeciesProbability[], genus: string): number {
  const sum = suggestions
    .filter((suggestion) => suggestion.genus === genus)
    .reduce((total, { probability }) => total + (probability ?? 0), 0);
  return Math.min(1, sum);
}

/** The genus to name when no species is sure enough; undefined when Plant.id gave no probability in any. */
export function mostConfidentGenus(
  suggestions: readonly SpeciesProbability[],
): { genus: string; confidence: number } | undefined {
  const genera = new Set(suggestions.flatMap(({ genus }) => genus ?? []));
  const [first] = [...genera]
    .map((genus) => ({ genus, confidence: genusConfidence(suggestions, genus) }))
    .filter((candidate) => candidate.confidence > 0)
    .toSorted((a, b) => b.confidence - a.confidence);
  return first;
}
