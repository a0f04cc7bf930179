import type { Suggestion } from '../../../lib/wire.ts';

/**
 * What a plant of a genus is called in plain words. Only species carry common names, so the noun is the word that the
 * names of at least two of its species end in ("Canada goldenrod", "giant goldenrod"); else the genus itself.
 */
export function genusNoun(suggestions: readonly Suggestion[], genus: string): { noun: string; isLatin: boolean } {
  const endings = suggestions
    .filter((suggestion) => suggestion.genus === genus && suggestion.plant_name !== suggestion.scientific_name)
    .map(({ plant_name }) => plant_name.trim().split(/\s+/).at(-1)?.toLowerCase() ?? '');
  const [ending = ''] = endings;
  const shared = endings.length >= 2 && endings.every((each) => each === ending) && /^\p{L}[\p{L}'-]+$/u.test(ending);
  return shared ? { noun: ending, isLatin: false } : { noun: genus, isLatin: true };
}

/** "A" goldenrod, "An" aloe, "A" eucalyptus: by sound, as far as spelling tells. */
export function article(noun: string): 'A' | 'An' {
  return /^[aeiou]/i.test(noun) && !/^(eu|u[^aeiou]?[aeiou]|one)/i.test(noun) ? 'An' : 'A';
}
