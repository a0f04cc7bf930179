import { expect, it } from 'vitest';
import { photosStateAt } from './photos-state.ts';

const createdAt = new Date(0);
const minutes = 60_000;

it.each([
  ['pending', 9 * minutes, 'pending'],
  ['pending', 11 * minutes, 'missing'],
  ['kept', 11 * minutes, 'kept'],
  ['missing', 0, 'missing'],
] as const)('%s after %i ms is %s', (photosState, age, expected) => {
  expect(photosStateAt(age, { photosState, createdAt })).toBe(expected);
});
