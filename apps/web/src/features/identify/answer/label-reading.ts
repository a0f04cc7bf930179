import { type ConfidenceLevel, confidenceLevel, mostConfidentGenus } from '@plantcommunity/identification/confidence';
import type { MergedResult, Suggestion } from '../../../lib/wire.ts';

/** Content of an answer's label. */
export type LabelReading =
  | { type: 'no_plant' }
  | {
      type: 'species';
      title: string;
      /** Scientific name, unless it is the title. */
      latin?: string;
      titleIsLatin: boolean;
      family?: string;
      confidence: ConfidenceLevel;
      /** Probability from the leading provider; absent without one, because scores of other providers are none. */
      probability?: number;
      best: Suggestion;
    }
  | {
      type: 'genus';
      title: string;
      noun: string;
      genus: string;
      confidence: ConfidenceLevel;
      probability?: number;
      best: Suggestion;
    };

/** Returns the species, or its genus when no species is confident enough, so that no weak guess is shown as the answer. */
export function readLabel(result: MergedResult): LabelReading {
  const [best] = result.suggestions;
  if (!result.is_plant || best === undefined) return { type: 'no_plant' };

  const confidence = confidenceLevel(result.confidence ?? 0, result.confidence_source);
  const genus = confidence === 'unsure' ? genusReading(result, best) : undefined;
  if (genus !== undefined) return genus;

  const titleIsLatin = best.plant_name === best.scientific_name;
  const probability = result.confidence_source === undefined ? best.probability : undefined;
  return {
    type: 'species',
    title: best.plant_name,
    titleIsLatin,
    ...(titleIsLatin ? {} : { latin: best.scientific_name }),
    ...(best.family === undefined ? {} : { family: best.family }),
    confidence,
    ...(probability === undefined ? {} : { probability }),
    best,
  };
}

function genusReading(result: MergedResult, best: Suggestion): LabelReading | undefined {
  const mostConfident = mostConfidentGenus(result.suggestions);
  const genus = mostConfident?.genus ?? best.genus;
  if (genus === undefined) return undefined;
  const { noun } = genusNoun(result.suggestions, genus);
  const title = `${article(noun)} ${noun}`;
  // Without the leading provider there are no probabilities to add up.
  if (mostConfident === undefined) return { type: 'genus', title, noun, genus, confidence: 'unsure', best };
  return {
    type: 'genus',
    title,
    noun,
    genus,
    confidence: confidenceLevel(mostConfident.confidence),
    probability: mostConfident.confidence,
    best,
  };
}

/**
 * Returns a plain noun for a genus. Only species have common names, so the noun is the last word that the names of at
 * least two of its species share ("Canada goldenrod", "giant goldenrod"); else the genus itself.
 */
export function genusNoun(suggestions: readonly Suggestion[], genus: string): { noun: string; isLatin: boolean } {
  const endings = suggestions
    .filter((suggestion) => suggestion.genus === genus && suggestion.plant_name !== suggestion.scientific_name)
    .map(({ plant_name }) => plant_name.trim().split(/\s+/).at(-1)?.toLowerCase() ?? '');
  const [ending = ''] = endings;
  const shared = endings.length >= 2 && endings.every((each) => each === ending) && /^\p{L}[\p{L}'-]+$/u.test(ending);
  return shared ? { noun: ending, isLatin: false } : { noun: genus, isLatin: true };
}

/** Returns the article by sound, as far as the spelling tells: A goldenrod, An aloe, A eucalyptus. */
export function article(noun: string): 'A' | 'An' {
  return /^[aeiou]/i.test(noun) && !/^(eu|u[^aeiou]?[aeiou]|one)/i.test(noun) ? 'An' : 'A';
}
