import { Counter, Histogram, type Registry } from '@prometheus-io/client';
import { KEPT_PROVIDER } from '../kept-provider.ts';
import { addReadGauge } from './read-at-scrape.ts';

/** Outcomes of a call, sent or not; `CallOutcome` of the identification package says what each means. */
const OUTCOMES = ['ok', 'failed', 'timeout', 'refused', 'isolated', 'held_back', 'cached', 'stale'] as const;
type Outcome = (typeof OUTCOMES)[number];

const SENT: ReadonlySet<Outcome> = new Set(['ok', 'failed', 'timeout']);
const REFUSED_BY_CIRCUIT: ReadonlySet<Outcome> = new Set(['refused', 'isolated']);

/** Why a provider works for none of our calls: it rejects the API key, or requires payment. */
const FAULTS = ['misconfigured', 'unpaid'] as const;

/** Seconds; a call may take 60 s. */
const BUCKETS = [0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60];

/** A call that a request needed, whether it was sent, refused, or answered from the cache. */
interface MeasuredCall {
  readonly provider: string;
  readonly outcome: Outcome;
  /** Duration of a call that was sent. */
  readonly durationMs?: number;
  /** Credits that an answer without a call of its own did not spend. */
  readonly savedCredits?: number;
}

/** A quota with a limit, in credits. */
interface QuotaNumbers {
  readonly window: string;
  readonly used: number;
  readonly left: number;
  /** From 0 to 1. */
  readonly usedShare: number;
}

/** A provider at the time of the scrape. */
interface ProviderNumbers {
  readonly callsInFlight: () => number;
  /** Returns the quotas of the current windows, those without a limit left out. */
  readonly quotas: () => readonly QuotaNumbers[];
  readonly faults: () => readonly (typeof FAULTS)[number][];
}

/** Metrics of the providers: calls, quotas and credits. */
export interface ProviderMetrics {
  /** Starts the counters of a provider at 0; each scrape reads `numbers`. */
  watchProvider(provider: string, numbers: ProviderNumbers): void;
  recordCall(call: MeasuredCall): void;
  /** Records credits that a call took of the quota; a doubtful call counts. */
  recordSpending(provider: string, credits: number): void;
}

export function createProviderMetrics(registry: Registry): ProviderMetrics {
  const watched = new Map<string, ProviderNumbers>();
  const registers = [registry];

  const calls = new Counter({
    name: 'plantcommunity_provider_calls_total',
    help: 'Calls that requests needed, by outcome, those included that were refused or answered from the cache unsent.',
    labelNames: ['provider', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'plantcommunity_provider_call_duration_seconds',
    help: 'Time from sending a call to the end of its answer.',
    labelNames: ['provider'],
    buckets: BUCKETS,
    registers,
  });
  addReadGauge(registry, {
    name: 'plantcommunity_provider_calls_in_flight',
    help: 'Calls of this process that are in flight.',
    labelNames: ['provider'],
    read: () =>
      Array.from(watched, ([provider, { callsInFlight }]) => ({ labels: { provider }, value: callsInFlight() })),
  });
  addReadGauge(registry, {
    name: 'plantcommunity_provider_fault',
    help: '1 while the provider rejects the API key (misconfigured) or requires payment (unpaid), else 0.',
    labelNames: ['provider', 'fault'],
    read: () =>
      Array.from(watched).flatMap(([provider, { faults }]) =>
        FAULTS.map((fault) => ({ labels: { provider, fault }, value: Number(faults().includes(fault)) })),
      ),
  });
  function quotaGauge(name: string, help: string, valueOf: (quota: QuotaNumbers) => number): void {
    addReadGauge(registry, {
      name,
      help,
      labelNames: ['provider', 'window'],
      read: () =>
        Array.from(watched).flatMap(([provider, { quotas }]) =>
          quotas().map((quota) => ({ labels: { provider, window: quota.window }, value: valueOf(quota) })),
        ),
    });
  }
  quotaGauge('plantcommunity_quota_used', 'Credits used in the running window, by all processes.', ({ used }) => used);
  quotaGauge('plantcommunity_quota_left', 'Credits left in the running window, for all processes.', ({ left }) => left);
  quotaGauge('plantcommunity_quota_used_ratio', 'Used share of the quota, from 0 to 1.', ({ usedShare }) => usedShare);

  const spent = new Counter({
    name: 'plantcommunity_credits_spent_total',
    help: 'Credits that calls of this process took of the quota.',
    labelNames: ['provider'],
    registers,
  });
  const saved = new Counter({
    name: 'plantcommunity_credits_saved_total',
    help: 'Credits that cached and shared answers did not spend.',
    labelNames: ['provider'],
    registers,
  });
  const keptRequests = new Counter({
    name: 'plant_id_requests_total',
    help: 'Calls to Plant.id that were sent, or refused by its circuit breaker.',
    registers,
  });
  const keptFastFails = new Counter({
    name: 'plant_id_circuit_fast_fails',
    help: 'Calls to Plant.id that were refused because its circuit breaker was not closed.',
    registers,
  });

  return {
    watchProvider(provider, numbers) {
      watched.set(provider, numbers);
      for (const outcome of OUTCOMES) calls.inc({ provider, outcome }, 0);
      durations.zero({ provider });
      spent.inc({ provider }, 0);
      saved.inc({ provider }, 0);
    },
    recordCall({ durationMs, outcome, provider, savedCredits }) {
      calls.inc({ provider, outcome });
      if (durationMs !== undefined) durations.observe({ provider }, durationMs / 1_000);
      if (savedCredits !== undefined) saved.inc({ provider }, savedCredits);
      if (provider !== KEPT_PROVIDER) return;
      const isRefused = REFUSED_BY_CIRCUIT.has(outcome);
      if (isRefused) keptFastFails.inc();
      if (isRefused || SENT.has(outcome)) keptRequests.inc();
    },
    recordSpending: (provider, credits) => spent.inc({ provider }, credits),
  };
}
