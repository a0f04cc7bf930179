import { describe, expect, it } from 'vitest';
import type { ProviderAnswer } from '../types.ts';
import { answerLifetime, shortestAnswerTtlMs } from './answer-lifetime.ts';

const HOUR = 3_600_000;

const noPlant: ProviderAnswer = { provider: 'plant_id', isPlant: false, candidates: [] };
const sure: ProviderAnswer = {
  provider: 'plant_id',
  isPlant: true,
  candidates: [{ scientificName: 'Aloe vera', commonNames: [], score: 0.9, images: [] }],
};

describe('the shortest life of an answer', () => {
  it.each([
    ['a day', 24 * HOUR, HOUR],
    ['an hour', HOUR, HOUR],
    ['a minute', 60_000, 60_000],
  ])('is what no answer is kept less than, where most are kept %s', (_usual, ttlMs, shortest) => {
    const usual = { ttlMs, staleMs: 7 * ttlMs };
    expect(shortestAnswerTtlMs(usual)).toBe(shortest);
    expect(answerLifetime(noPlant, usual).ttlMs).toBe(shortest);
    expect(answerLifetime(sure, usual).ttlMs).toBe(ttlMs);
  });
});
