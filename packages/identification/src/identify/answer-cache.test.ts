import { describe, expect, it } from 'vitest';
import { plantId, plantNet } from '../providers/index.ts';
import type { ProviderAnswer } from '../types.ts';
import { answerLifetime, shortestAnswerTtlMs } from './answer-cache.ts';

const HOUR = 3_600_000;
const DAY = { ttlMs: 24 * HOUR, staleMs: 7 * 24 * HOUR };

const noPlant: ProviderAnswer = { provider: 'plant_id', isPlant: false, candidates: [] };
const withScore = (score: number): ProviderAnswer => ({
  provider: 'plant_id',
  isPlant: true,
  candidates: [{ scientificName: 'Aloe vera', commonNames: [], score, images: [] }],
});

describe('the shortest TTL of an answer', () => {
  it.each([
    { name: 'a day', ttlMs: 24 * HOUR, shortest: HOUR },
    { name: 'an hour', ttlMs: HOUR, shortest: HOUR },
    { name: 'a minute', ttlMs: 60_000, shortest: 60_000 },
  ])('is that of a poor answer where the usual TTL is $name', ({ ttlMs, shortest }) => {
    const usual = { ttlMs, staleMs: 7 * ttlMs };
    expect(shortestAnswerTtlMs(usual)).toBe(shortest);
    expect(answerLifetime(noPlant, plantId, usual).ttlMs).toBe(shortest);
    expect(answerLifetime(withScore(0.9), plantId, usual).ttlMs).toBe(ttlMs);
  });
});

describe('a poor answer', () => {
  it('lives for an hour, is never stale and never replaces a better one', () => {
    expect(answerLifetime(noPlant, plantId, DAY)).toEqual({ ttlMs: HOUR, staleMs: HOUR, provisional: true });
  });

  it('is one with a low probability, but not one with a low score of Pl@ntNet', () => {
    expect({
      plantId: answerLifetime(withScore(0.29), plantId, DAY).provisional,
      sure: answerLifetime(withScore(0.3), plantId, DAY).provisional,
      plantNet: answerLifetime(withScore(0.1), plantNet, DAY).provisional,
    }).toEqual({ plantId: true, sure: undefined, plantNet: undefined });
  });
});
