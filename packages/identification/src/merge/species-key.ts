import { LRUCache } from 'lru-cache';

const RANKS = new Set(['subsp', 'ssp', 'var', 'subvar', 'f', 'fo', 'forma', 'cv', 'nothosubsp', 'nothovar']);

/** Lower-case words of an author citation. */
const AUTHOR_WORDS = new Set(['ex', 'et', 'de', 'von', 'van', 'in', 'auct', 'sensu', 'non']);

/** Keys of names seen before: every answer is merged anew, cache hits too, and most of its names are known. */
const keys = new LRUCache<string, string>({ max: 5_000 });

/**
 * Returns a key that is equal for two names of the same species: without authors, rank marks, hybrid signs (× or x),
 * accents and case. "Mentha ×piperita L." and "mentha x piperita" have the same key.
 */
export function speciesKey(name: string): string {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = keyOf(name);
  keys.set(name, key);
  return key;
}

function keyOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '');
  const shouted = plain === plain.toUpperCase();
  const words = (shouted ? plain.toLowerCase() : plain)
    .replaceAll('×', ' ')
    .split(/\s+/)
    .filter((word) => word !== '' && word.toLowerCase() !== 'x');
  const [genus = '', ...rest] = words;
  const epithets: string[] = [];
  for (const word of rest) {
    if (RANKS.has(bare(word))) continue;
    if (isAuthor(word, epithets.length === 0)) break;
    epithets.push(word);
  }
  return [genus, ...epithets].join(' ').toLowerCase();
}

/** Authors are capitalised, abbreviated or in brackets; only the first word after the genus may be a capitalised epithet. */
function isAuthor(word: string, isFirst: boolean): boolean {
  if (/^[^\p{L}]/u.test(word) || word.endsWith('.') || AUTHOR_WORDS.has(bare(word))) return true;
  return !isFirst && /^\p{Lu}/u.test(word);
}

function bare(word: string): string {
  return word.toLowerCase().replace(/\.$/, '');
}
