/** A word of the list in a text, by its line from 1. */
export interface FoundWord {
  line: number;
  word: string;
}

/** Finds the words, given in lower case, in a text: in sentences and in names such as `whoeverAsks`. */
export function findWords(text: string, words: readonly string[]): FoundWord[] {
  const forms = words.map((word) => `[${word[0]}${word[0]?.toUpperCase()}]${word.slice(1)}|${word.toUpperCase()}`);
  const pattern = new RegExp(`(?<![a-z])(?:${forms.join('|')})(?![a-z])`, 'g');
  return text
    .split('\n')
    .flatMap((line, index) => [...line.matchAll(pattern)].map(([word]) => ({ line: index + 1, word })));
}
