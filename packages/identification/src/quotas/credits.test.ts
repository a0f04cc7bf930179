import { expect, it } from 'vitest';
import { creditsFor, usualCredits } from './credits.ts';

it('an identification costs a credit, at Plant.id another for the health of the plant', () => {
  const prices = ([true, false] as const).map((includeDiseases) => [
    creditsFor('plant_id', { includeDiseases }),
    creditsFor('plantnet', { includeDiseases }),
  ]);
  expect(prices).toEqual([
    [2, 1],
    [1, 1],
  ]);
  expect([usualCredits('plant_id'), usualCredits('plantnet')]).toEqual([2, 1]);
});
