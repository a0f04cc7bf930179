/** A part of a sentence that stands out, such as a figure or, with `at` in ISO 8601, a time. */
interface Highlight {
  text: string;
  at?: string;
}

/** A sentence in parts. */
export type Sentence = readonly (string | Highlight)[];

/** Returns the words of a sentence. */
export function sentenceText(sentence: Sentence): string {
  return sentence.map((part) => (typeof part === 'string' ? part : part.text)).join('');
}
