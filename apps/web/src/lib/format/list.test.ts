import { describe, expect, it } from 'vitest';
import { listText } from './list.ts';

describe('listText', () => {
  it('joins words by commas, and the last one by a conjunction', () => {
    expect([[], ['A'], ['A', 'B'], ['A', 'B', 'C']].map((words) => listText(words))).toEqual([
      '',
      'A',
      'A and B',
      'A, B and C',
    ]);
    expect(listText(['A', 'B', 'C'], 'or')).toBe('A, B or C');
  });
});
