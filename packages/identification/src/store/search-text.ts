import type { Identification } from '../types.ts';

/** Maximum length of the column `search`, in bytes of UTF-8: an entry of its index takes at most 2,704. */
const MAX_BYTES = 2_000;

const ACCENTS = /[\u0300-\u036f]/g;
/** Apostrophes stand inside words, and some people leave them out: `Adam's needle`. */
const APOSTROPHES = /['’‘ʼʻ`´]/g;
const WORDS = /[\p{L}\p{M}\p{N}]+/gu;
/** Letters that Unicode does not decompose, with the plain letters that people write instead. The hybrid sign becomes a word. */
const REPLACEMENTS = new Map([
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ø', 'o'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['þ', 'th'],
  ['ł', 'l'],
  ['ħ', 'h'],
  ['ı', 'i'],
  ['ς', 'σ'],
  ['×', ' x '],
]);
const REPLACEABLE = new RegExp(`[${[...REPLACEMENTS.keys()].join('')}]`, 'g');

/**
 * Returns the words of a text in the form in which a search compares them: lower case, without accents, apostrophes and
 * punctuation. They hold no character that has a meaning in a pattern of `LIKE`.
 */
export function searchWords(text: string): string[] {
  const plain = text
    .replaceAll(APOSTROPHES, '')
    .normalize('NFKD')
    .replaceAll(ACCENTS, '')
    .toLowerCase()
    .replaceAll(REPLACEABLE, (letter) => REPLACEMENTS.get(letter) ?? letter)
    .normalize('NFC');
  return plain.match(WORDS) ?? [];
}

/**
 * Returns the words by which an identification is found, each once, separated by spaces: those of the name that its owner
 * gave it, then those of the common and scientific names of the answer, best first. A word with which
 * they would take more than 2,000 bytes is left out.
 */
export function searchText({ suggestions }: Pick<Identification, 'suggestions'>, correctedName = ''): string {
  const names = suggestions.flatMap(({ plantName, scientificName }) => [plantName, scientificName]);
  let found = '';
  for (const word of new Set([correctedName, ...names].flatMap(searchWords))) {
    const longer = found === '' ? word : `${found} ${word}`;
    if (Buffer.byteLength(longer) <= MAX_BYTES) found = longer;
  }
  return found;
}
