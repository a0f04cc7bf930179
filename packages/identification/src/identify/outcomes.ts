import { IdentificationError, RejectedRequestError } from '../errors.ts';
import { mergeAnswers } from '../merge/merge.ts';
import { type UnavailableReason, unavailable } from '../providers/provider-error.ts';
import {
  byProvider,
  type Identification,
  type MergedResult,
  type ProviderAnswer,
  type ProviderName,
  type ProviderReport,
} from '../types.ts';
import type { Question } from './questions.ts';
import type { AnswerType, ProviderCall } from './service.ts';

/** Result of asking one provider. */
export type ProviderOutcome =
  | { readonly type: 'answered'; readonly answer: ProviderAnswer; readonly fromCache: boolean; readonly stale: boolean }
  | { readonly type: 'unanswered'; readonly reason: UnavailableReason };

/** Delay after which a request that found the database unavailable may be sent again. */
const DATABASE_RETRY_MS = 5_000;

/** The reason why no provider is called while the database is unavailable: a paid answer could not be saved. */
export const DATABASE_UNAVAILABLE: UnavailableReason = unavailable('busy', { retryAfterMs: DATABASE_RETRY_MS });

/** Returns the error for a call that must not be sent because the database is unavailable. */
export function databaseUnavailable(): IdentificationError {
  return new IdentificationError('busy', 'The database is unavailable.', { retryAfterMs: DATABASE_RETRY_MS });
}

/** Returns what operators are told of a question that was answered without a call of its own. */
export function answeredWithoutCall({ definition, name, options }: Question, isStale: boolean): ProviderCall {
  if (isStale) return { provider: name, outcome: 'stale' };
  return { provider: name, outcome: 'cached', savedCredits: definition.credits(options) };
}

/** Returns the answer of an earlier call from the memory tier, fresh or stale. */
export function cachedOutcome({ cache, key }: Question): ProviderOutcome | undefined {
  const hit = cache.peekMemory<ProviderAnswer>(key);
  return hit && { type: 'answered', answer: hit.value, fromCache: true, stale: hit.stale };
}

/** The outcomes of one request: one for each provider that is on, as they come in. */
export class ProviderOutcomes {
  readonly #names: readonly ProviderName[];
  readonly #outcomes = new Map<ProviderName, ProviderOutcome>();

  /** @param names all providers in their order, those that are off included */
  constructor(names: readonly ProviderName[]) {
    this.#names = names;
  }

  set(name: ProviderName, outcome: ProviderOutcome): void {
    this.#outcomes.set(name, outcome);
  }

  /** Whether a provider has answered. */
  get hasAnswer(): boolean {
    return this.#answered().length > 0;
  }

  /** Merges the answers so far. @throws {TypeError} when there is none */
  merge(): MergedResult {
    const answers = this.#names.flatMap((name) => {
      const outcome = this.#outcomes.get(name);
      return outcome?.type === 'answered' ? [outcome.answer] : [];
    });
    return mergeAnswers(answers, this.#names);
  }

  /** Returns the whole answer. At least one provider must have answered. */
  identification(isDemo: boolean): Omit<Identification, 'id'> {
    const answered = this.#answered();
    return {
      ...this.merge(),
      demo: isDemo,
      partial: answered.length < this.#outcomes.size,
      cached: answered.every(({ fromCache }) => fromCache),
      stale: answered.some(({ stale }) => stale),
      providers: byProvider((name) => this.#report(name), this.#names),
    };
  }

  /** Returns the token of the copy that each provider keeps of its answer. */
  copies(): { provider: ProviderName; token: string }[] {
    return this.#answered().flatMap(({ answer: { copyToken, provider } }) =>
      copyToken === undefined ? [] : [{ provider, token: copyToken }],
    );
  }

  /**
   * Returns the error when no provider answered: why, and when the first one may answer. A rejected request takes
   * precedence, since a retry would not help. `overShare`: the caller's own photos used up its share of the decodes.
   */
  unansweredError(overShare: boolean): IdentificationError {
    const asked = this.#names.filter((name) => this.#outcomes.has(name));
    const reasons = [...this.#outcomes.values()].flatMap((outcome) =>
      outcome.type === 'unanswered' ? [outcome.reason] : [],
    );
    const rejected = new Set(asked.flatMap((name) => this.#report(name).rejected ?? []));
    if (rejected.size > 0) return new RejectedRequestError([...rejected]);
    const codes = new Set(reasons.map(({ code }) => code));
    const [code = 'providers_resting'] = codes.size === 1 ? codes : [];
    const waits = reasons.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
    const statuses = asked.map((name) => `${name} ${this.#report(name).status}`);
    return new IdentificationError(code, `No provider answered: ${statuses.join(', ')}`, {
      retryAfterMs: waits.length > 0 ? Math.min(...waits) : undefined,
      overShare,
      provider: asked.length === 1 ? asked[0] : undefined,
    });
  }

  #answered(): (ProviderOutcome & { type: 'answered' })[] {
    return [...this.#outcomes.values()].filter((outcome) => outcome.type === 'answered');
  }

  #report(name: ProviderName): ProviderReport {
    const outcome = this.#outcomes.get(name);
    if (outcome === undefined) return { status: 'off' };
    if (outcome.type === 'answered') return { status: 'answered' };
    const { rejected, status } = outcome.reason;
    return rejected === undefined ? { status } : { status, rejected };
  }
}

/** Returns the type of an answer: `stale` as soon as a part of it is, `cached` when all of it is. */
export function answerTypeOf({ cached, stale }: Pick<Identification, 'cached' | 'stale'>): AnswerType {
  if (stale) return 'stale';
  return cached ? 'cached' : 'fresh';
}
