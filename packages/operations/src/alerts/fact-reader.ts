import { mapProviders, type OperatedProvider, type ProviderName, usedShare } from '@plantcommunity/identification';
import type { Clock, RedisConnection, Unsubscribe } from '@plantcommunity/resilience';
import type { AlertFacts, ProviderFacts } from './facts.ts';

/** Where facts come from. Counts are those of the last 15 minutes. */
export interface FactSources {
  providers: Readonly<Record<ProviderName, OperatedProvider>>;
  redis: Pick<RedisConnection, 'subscribe'>;
  /** Counts requests for identification, on all instances if Redis is available. */
  answers: () => Promise<AlertFacts['answers']>;
  /** Counts responses, on all instances if Redis is available. */
  responses: () => Promise<AlertFacts['responses']>;
  /** Reads the jobs of all instances. */
  jobs: () => Promise<AlertFacts['jobs']>;
  clock: Clock;
}

/** Reads the facts that the rules judge. Remembers since when Redis is lost. */
export class FactReader {
  readonly #sources: FactSources;
  readonly #unsubscribe: Unsubscribe;
  #redisLostSince: number | undefined;

  constructor(sources: FactSources) {
    this.#sources = sources;
    const { clock, redis } = sources;
    this.#unsubscribe = redis.subscribe(({ type }) => {
      if (type === 'ready') this.#redisLostSince = undefined;
      else if (type === 'lost') this.#redisLostSince ??= clock.now();
    });
  }

  /** Reads all facts. Rejects when the database is unavailable. */
  async read(): Promise<AlertFacts> {
    const sources = this.#sources;
    const [jobs, answers, responses] = await Promise.all([sources.jobs(), sources.answers(), sources.responses()]);
    return {
      at: sources.clock.now(),
      providers: providerFacts(sources.providers),
      answers,
      responses,
      redis: { ...(this.#redisLostSince !== undefined && { lostSince: this.#redisLostSince }) },
      jobs: jobs.map(({ failures, name }) => ({ failures, name })),
    };
  }

  close(): void {
    this.#unsubscribe();
  }
}

function providerFacts(providers: FactSources['providers']): AlertFacts['providers'] {
  const facts: Partial<Record<ProviderName, ProviderFacts>> = {};
  mapProviders(providers, (provider, name) => {
    const { circuit, warnAtShare } = provider;
    if (circuit === undefined) return;
    const { available, misconfiguredSince, outOfQuota, unpaidSince } = provider.health();
    const { openedAt, state } = circuit.snapshot();
    facts[name] = {
      // Half open, it lets trials through, which may all fail.
      isAnswering: available && outOfQuota !== true && state === 'closed',
      quotaUse: Math.max(0, ...provider.quotas().map(usedShare)),
      warnAtShare,
      ...(openedAt !== undefined && { openedAt }),
      ...(misconfiguredSince !== undefined && { misconfiguredSince }),
      ...(unpaidSince !== undefined && { unpaidSince }),
    };
  });
  return facts;
}
