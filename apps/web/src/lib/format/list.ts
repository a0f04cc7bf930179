/** Joins words to a list: "A", "A and B", "A, B and C". */
export function listText(words: readonly string[], conjunction: 'and' | 'or' = 'and'): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${conjunction} ${last}`;
}

/** Returns the word that stands before a plural for all of `count` things. */
export function bothOrAll(count: number): 'both' | 'all' {
  return count === 2 ? 'both' : 'all';
}

/** Capitalises a word, as in "Likely". */
export function capitalised(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
