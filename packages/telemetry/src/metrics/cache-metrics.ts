import { Counter, Histogram, type Registry } from '@prometheus-io/client';

const LOOKUP_RESULTS = ['memory', 'redis', 'miss'] as const;
const REFRESH_OUTCOMES = ['refreshed', 'skipped', 'failed'] as const;

type LookupResult = (typeof LOOKUP_RESULTS)[number];
type RefreshOutcome = (typeof REFRESH_OUTCOMES)[number];

/** Seconds; most leases are free at once, and a wait lasts as long as a call at worst. */
const WAIT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40];

/** Metrics of the answer caches, one for each provider, and of the leases under which they load. */
export interface CacheMetrics {
  /** Starts the counters of a provider at 0. */
  watchProvider(provider: string): void;
  /** `miss`: no fresh answer was found. */
  recordLookup(provider: string, result: LookupResult): void;
  recordStaleAnswer(provider: string): void;
  /** `skipped`: another process refreshes the answer or has refreshed it, or Redis is unavailable. */
  recordEarlyRefresh(provider: string, outcome: RefreshOutcome): void;
  recordLoad(provider: string): void;
  /** Records a caller that got the answer of a load for another caller, of this process or another one. */
  recordSavedLoad(provider: string): void;
  /**
   * Records callers that wanted an answer which another caller was loading already, and how often it was loaded again
   * for them. The first caller has to load, so it is none of them: of two callers with one load, all loads that could
   * be saved were saved.
   */
  recordConcurrentCallers(provider: string, numbers: { callers: number; loads: number }): void;
  recordLeaseAcquired(provider: string, waitedMs: number): void;
  /** Records a wait that ended because another process had stored the answer. */
  recordLeaseNotNeeded(provider: string, waitedMs: number): void;
  recordLeaseTimeout(provider: string, waitedMs: number): void;
}

export function createCacheMetrics(registry: Registry): CacheMetrics {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames: ['provider'], registers });

  const lookups = new Counter({
    name: 'plantcommunity_cache_lookups_total',
    help: 'Look-ups of answers by the tier that had a fresh one.',
    labelNames: ['provider', 'result'],
    registers,
  });
  const staleAnswers = counter(
    'plantcommunity_cache_stale_answers_total',
    'Stale answers that were given because no fresh one could be had.',
  );
  const refreshes = new Counter({
    name: 'plantcommunity_cache_early_refreshes_total',
    help: 'Refreshes of answers near their end, in the background; one is skipped if another process does it.',
    labelNames: ['provider', 'outcome'],
    registers,
  });
  const loads = counter('plantcommunity_cache_loads_total', 'Loads of answers that the cache did not have.');
  const savedLoads = counter(
    'plantcommunity_cache_loads_saved_total',
    'Callers that got the answer of a load for another caller, of this process or another one.',
  );
  const concurrentCallers = counter(
    'plantcommunity_cache_concurrent_callers_total',
    'Callers of an answer that another caller, of this process or another one, was loading already.',
  );
  const concurrentLoads = counter(
    'plantcommunity_cache_concurrent_loads_total',
    'Loads of an answer that another caller was loading already.',
  );
  const waits = new Histogram({
    name: 'plantcommunity_lease_wait_seconds',
    help: 'Wait for a lease until it was acquired, another process had stored the answer, or the wait timed out.',
    labelNames: ['provider'],
    buckets: WAIT_BUCKETS,
    registers,
  });
  const acquisitions = counter('plantcommunity_lease_acquisitions_total', 'Leases that were acquired.');
  const timeouts = counter('plantcommunity_lease_timeouts_total', 'Waits for a lease that timed out.');

  return {
    watchProvider(provider) {
      for (const result of LOOKUP_RESULTS) lookups.inc({ provider, result }, 0);
      for (const outcome of REFRESH_OUTCOMES) refreshes.inc({ provider, outcome }, 0);
      for (const one of [staleAnswers, loads, savedLoads, concurrentCallers, concurrentLoads, acquisitions, timeouts]) {
        one.inc({ provider }, 0);
      }
      waits.zero({ provider });
    },
    recordLookup: (provider, result) => lookups.inc({ provider, result }),
    recordStaleAnswer: (provider) => staleAnswers.inc({ provider }),
    recordEarlyRefresh: (provider, outcome) => refreshes.inc({ provider, outcome }),
    recordLoad: (provider) => loads.inc({ provider }),
    recordSavedLoad: (provider) => savedLoads.inc({ provider }),
    recordConcurrentCallers(provider, numbers) {
      concurrentCallers.inc({ provider }, numbers.callers);
      concurrentLoads.inc({ provider }, numbers.loads);
    },
    recordLeaseAcquired(provider, waitedMs) {
      acquisitions.inc({ provider });
      waits.observe({ provider }, waitedMs / 1_000);
    },
    recordLeaseNotNeeded: (provider, waitedMs) => waits.observe({ provider }, waitedMs / 1_000),
    recordLeaseTimeout(provider, waitedMs) {
      timeouts.inc({ provider });
      waits.observe({ provider }, waitedMs / 1_000);
    },
  };
}
