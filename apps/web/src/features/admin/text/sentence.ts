/** A part of a sentence that stands out, such as a figure or, with `at` in ISO 8601, a time. */
interface Highlight {
  text: string;
  at?: string;
}

/** A sentence in parts. */
export type Sentence = readonly (string | Highlight)[];

/** Splits a text with figures, such as "3 min 12 s": each number stands out, its unit does not. */
export function figuresOf(text: string): Sentence {
  return text
    .split(/(\d+)/)
    .filter((part) => part !== '')
    .map((part) => (/^\d/.test(part) ? { text: part } : part));
}

/** Returns the words of a sentence. */
export function sentenceText(sentence: Sentence): string {
  return sentence.map((part) => (typeof part === 'string' ? part : part.text)).join('');
}
