import { describe, expect, it } from 'vitest';
import { listText } from './list.ts';

describe('listText', () => {
  it.each([
    { words: [], text: '' },
    { words: ['A'], text: 'A' },
    { words: ['A', 'B'], text: 'A and B' },
    { words: ['A', 'B', 'C'], text: 'A, B and C' },
  ])('joins $words by commas, and the last one by a conjunction: "$text"', ({ words, text }) => {
    expect(listText(words)).toBe(text);
  });

  it('joins by another conjunction', () => {
    expect(listText(['A', 'B', 'C'], 'or')).toBe('A, B or C');
  });
});
