import { expect, test } from 'vitest';
import { genusSureness, sureness, surestGenus } from './sureness.ts';

test.each([
  [1, 'likely'],
  [0.8, 'likely'],
  [0.7999, 'possible'],
  [0.5, 'possible'],
  [0.4999, 'unsure'],
  [0, 'unsure'],
])('%d of Plant.id is %s', (confidence, word) => {
  expect(sureness(confidence)).toBe(word);
});

test.each([
  [0.99, 'possible'],
  [0.2, 'possible'],
  [0.1999, 'unsure'],
])('%d of Pl@ntNet alone is %s', (confidence, word) => {
  expect(sureness(confidence, 'plantnet')).toBe(word);
});

const suggestions = [
  { genus: 'Rosa', probability: 0.3 },
  { genus: 'Solidago', probability: 0.25 },
  { genus: 'Solidago', probability: 0.2 },
  { genus: 'Solidago' },
  { probability: 0.1 },
];

test('a genus is as sure as its species together', () => {
  expect(genusSureness(suggestions, 'Solidago')).toBeCloseTo(0.45);
  expect(genusSureness(suggestions, 'Bellis')).toBe(0);
  expect(
    genusSureness(
      [
        { genus: 'Rosa', probability: 0.7 },
        { genus: 'Rosa', probability: 0.31 },
      ],
      'Rosa',
    ),
  ).toBe(1);
});

test('the genus to name need not be that of the first species', () => {
  expect(surestGenus(suggestions)).toEqual({ genus: 'Solidago', sureness: genusSureness(suggestions, 'Solidago') });
});

test('no genus is named on Pl@ntNet scores', () => {
  expect(surestGenus([{ genus: 'Rosa' }])).toBeUndefined();
  expect(surestGenus([])).toBeUndefined();
});
