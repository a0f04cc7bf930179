import { expect, it } from 'vitest';
import { callerCredits, creditsFor, usualCredits } from './credits.ts';

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

it('an identification costs its caller what it costs at Plant.id, and one credit at Pl@ntNet alone', () => {
  const health = { includeDiseases: true };
  expect([
    callerCredits(['plant_id', 'plantnet'], health),
    callerCredits(['plant_id'], { includeDiseases: false }),
    callerCredits(['plantnet'], health),
    callerCredits([], health),
  ]).toEqual([2, 1, 1, 0]);
});
