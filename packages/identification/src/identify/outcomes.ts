import type { Cache } from '@plantcommunity/resilience';
import type { Identification, MergedResult, ProviderReport } from '../identification.ts';
import { mergeAnswers } from '../merge/merge.ts';
import { PROVIDER_NAMES, type ProviderAnswer, type ProviderName } from '../types.ts';
import type { AnswerType } from './service.ts';
import type { UnavailableReason } from './unavailable-reason.ts';

/** How one provider fared. */
export type ProviderOutcome =
  | { answer: ProviderAnswer; fromCache: boolean; stale: boolean }
  | { refusal: UnavailableReason };

/** Returns the answer of an earlier call from the memory tier, fresh or stale. */
export function cachedOutcome(cache: Cache, key: string): ProviderOutcome | undefined {
  const kept = cache.peekMemory<ProviderAnswer>(key);
  return kept && { answer: kept.value, fromCache: true, stale: kept.stale };
}

/** Of the providers that are on, as far as is known. */
export type ProviderOutcomes = ReadonlyMap<ProviderName, ProviderOutcome>;

/** Why each provider without an answer has none, those that are off included. */
export function unavailableReasons(outcomes: ProviderOutcomes): Partial<Record<ProviderName, UnavailableReason>> {
  return Object.fromEntries(
    PROVIDER_NAMES.flatMap((name) => {
      const outcome = outcomes.get(name);
      if (outcome === undefined) return [[name, { status: 'off' }]];
      return 'refusal' in outcome ? [[name, outcome.refusal]] : [];
    }),
  );
}

/** What can be said with the answers there are. */
export function mergedResult(outcomes: ProviderOutcomes): MergedResult {
  return mergeAnswers(
    Object.fromEntries(
      [...outcomes].flatMap(([name, outcome]) => ('answer' in outcome ? [[name, outcome.answer]] : [])),
    ),
  );
}

/** The whole answer; at least one provider has answered. */
export function identificationOf(outcomes: ProviderOutcomes, isDemo: boolean): Omit<Identification, 'id'> {
  const answers = [...outcomes.values()].filter((outcome) => 'answer' in outcome);
  const refusals = unavailableReasons(outcomes);
  const reportOf = (name: ProviderName): ProviderReport => {
    const { rejected, status = 'answered' } = refusals[name] ?? {};
    return rejected === undefined ? { status } : { status, rejected };
  };
  return {
    ...mergedResult(outcomes),
    demo: isDemo,
    partial: answers.length < outcomes.size,
    cached: answers.every(({ fromCache }) => fromCache),
    stale: answers.some(({ stale }) => stale),
    providers: { plant_id: reportOf('plant_id'), plantnet: reportOf('plantnet') },
  };
}

export function answerTypeOf({ cached, stale }: Pick<Identification, 'cached' | 'stale'>): AnswerType {
  if (stale) return 'stale';
  return cached ? 'cached' : 'fresh';
}
