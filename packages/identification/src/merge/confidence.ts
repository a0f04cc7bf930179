/** How sure an answer is, in a word. */
export type ConfidenceLevel = 'likely' | 'possible' | 'unsure';

/** A species is called likely from this probability on. */
export const LIKELY_FROM = 0.8;

/** A species is called possible from this probability on. */
export const POSSIBLE_FROM = 0.5;

/** The same without a probability: 0.2 is a usual score of a right answer of Pl@ntNet. */
export const POSSIBLE_FROM_SCORE = 0.2;

/**
 * Returns the level of a confidence from 0 to 1.
 *
 * @param source the provider whose score the confidence is, if the leading provider gave no probability: then nothing is
 * called likely
 */
export function confidenceLevel(confidence: number, source?: string): ConfidenceLevel {
  if (source !== undefined) return confidence >= POSSIBLE_FROM_SCORE ? 'possible' : 'unsure';
  if (confidence >= LIKELY_FROM) return 'likely';
  return confidence >= POSSIBLE_FROM ? 'possible' : 'unsure';
}

/** The part of a suggestion that the genus is computed from; suggestions of the wire fit as well. */
export interface SpeciesProbability {
  genus?: string | undefined;
  probability?: number | undefined;
}

/** Returns the confidence of a genus, from 0 to 1: the sum of the probabilities of its species. */
export function genusConfidence(suggestions: readonly SpeciesProbability[], genus: string): number {
  const sum = suggestions
    .filter((suggestion) => suggestion.genus === genus)
    .reduce((total, { probability }) => total + (probability ?? 0), 0);
  return Math.min(1, sum);
}

/** Returns the genus to name when no species is sure enough; undefined when no suggestion has a probability. */
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
