import { expect, test } from 'vitest';
import { confidenceLevel, genusConfidence, mostConfidentGenus } from './confidence.ts';

test.each([
  [1, 'likely'],
  [0.8, 'likely'],
  [0.7999, 'possible'],
  [0.5, 'possible'],
  [0.4999, 'unsure'],
  [0, 'unsure'],
])('a probability of %d is %s', (confidence, word) => {
  expect(confidenceLevel(confidence)).toBe(word);
});

test.each([
  [0.99, 'possible'],
  [0.2, 'possible'],
  [0.1999, 'unsure'],
])('a score of %d of Pl@ntNet alone is %s', (confidence, word) => {
  expect(confidenceLevel(confidence, 'plantnet')).toBe(word);
});

const suggestions = [
  { genus: 'Rosa', probability: 0.3 },
  { genus: 'Solidago', probability: 0.25 },
  { genus: 'Solidago', probability: 0.2 },
  { genus: 'Solidago' },
  { probability: 0.1 },
];

test('the confidence of a genus is the sum of its species’ probabilities', () => {
  expect(genusConfidence(suggestions, 'Solidago')).toBeCloseTo(0.45);
  expect(genusConfidence(suggestions, 'Bellis')).toBe(0);
  expect(
    genusConfidence(
      [
        { genus: 'Rosa', probability: 0.7 },
        { genus: 'Rosa', probability: 0.31 },
      ],
      'Rosa',
    ),
  ).toBe(1);
});

test('the most confident genus need not be that of the first species', () => {
  expect(mostConfidentGenus(suggestions)).toEqual({
    genus: 'Solidago',
    confidence: genusConfidence(suggestions, 'Solidago'),
  });
});

test('no genus is named for scores that are no probabilities', () => {
  expect(mostConfidentGenus([{ genus: 'Rosa' }])).toBeUndefined();
  expect(mostConfidentGenus([])).toBeUndefined();
});
