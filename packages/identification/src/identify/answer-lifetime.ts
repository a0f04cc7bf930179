import type { Lifetime } from '@plantcommunity/resilience';
import type { ProviderAnswer } from '../types.ts';

/** An answer that says little: another photo, or another model next week, may well say more. */
const POOR_ANSWER_TTL_MS = 3_600_000;

/** Of Plant.id's probability; Pl@ntNet's scores are low by nature (0.2 is normal for a right answer). */
const POOR_PROBABILITY = 0.3;

function isPoor(answer: ProviderAnswer): boolean {
  const [best] = answer.candidates;
  if (!answer.isPlant || best === undefined) return true;
  return answer.provider === 'plant_id' && (best.score ?? 0) < POOR_PROBABILITY;
}

/** How long every answer is kept at least, in milliseconds. */
export function shortestAnswerTtlMs(usual: Lifetime): number {
  return Math.min(usual.ttlMs, POOR_ANSWER_TTL_MS);
}

/** How long an answer is kept: a poor one an hour, never served stale, and never in the place of a better one. */
export function answerLifetime(answer: ProviderAnswer, usual: Lifetime): Lifetime {
  if (!isPoor(answer)) return usual;
  const ttlMs = shortestAnswerTtlMs(usual);
  return { ttlMs, staleMs: ttlMs, provisional: true };
}
