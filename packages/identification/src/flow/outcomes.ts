import type { Cache } from '@plantcommunity/resilience';
import type { Identification, ProviderReport, Verdict } from '../identification.ts';
import { mergeAnswers } from '../merge.ts';
import { PROVIDERS, type ProviderAnswer, type ProviderName } from '../provider.ts';
import type { Refusal } from './refusal.ts';
import type { AnswerKind } from './service.ts';

/** How one provider fared. */
export type Outcome = { answer: ProviderAnswer; fromCache: boolean; stale: boolean } | { refusal: Refusal };

/** Returns the answer of an earlier call from the memory tier, fresh or stale. */
export function keptOutcome(cache: Cache, key: string): Outcome | undefined {
  const kept = cache.peekMemory<ProviderAnswer>(key);
  return kept && { answer: kept.value, fromCache: true, stale: kept.stale };
}

/** Of the providers that are on, as far as is known. */
export type Outcomes = ReadonlyMap<ProviderName, Outcome>;

/** Why each provider without an answer has none, those that are off included. */
export function refusalsOf(outcomes: Outcomes): Partial<Record<ProviderName, Refusal>> {
  return Object.fromEntries(
    PROVIDERS.flatMap((name) => {
      const outcome = outcomes.get(name);
      if (outcome === undefined) return [[name, { status: 'off' }]];
      return 'refusal' in outcome ? [[name, outcome.refusal]] : [];
    }),
  );
}

/** What can be said with the answers there are. */
export function verdictOf(outcomes: Outcomes): Verdict {
  return mergeAnswers(
    Object.fromEntries(
      [...outcomes].flatMap(([name, outcome]) => ('answer' in outcome ? [[name, outcome.answer]] : [])),
    ),
  );
}

/** The whole answer; at least one provider has answered. */
export function identificationOf(outcomes: Outcomes, isDemo: boolean): Omit<Identification, 'id'> {
  const answers = [...outcomes.values()].filter((outcome) => 'answer' in outcome);
  const refusals = refusalsOf(outcomes);
  const reportOf = (name: ProviderName): ProviderReport => {
    const { rejected, status = 'answered' } = refusals[name] ?? {};
    return rejected === undefined ? { status } : { status, rejected };
  };
  return {
    ...verdictOf(outcomes),
    demo: isDemo,
    partial: answers.length < outcomes.size,
    cached: answers.every(({ fromCache }) => fromCache),
    stale: answers.some(({ stale }) => stale),
    providers: { plant_id: reportOf('plant_id'), plantnet: reportOf('plantnet') },
  };
}

export function answerKind({ cached, stale }: Pick<Identification, 'cached' | 'stale'>): AnswerKind {
  if (stale) return 'stale';
  return cached ? 'cached' : 'fresh';
}
