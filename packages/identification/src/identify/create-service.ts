import { type Clock, createLeases, createSingleFlight } from '@plantcommunity/resilience';
import { measureSpending } from '../observability/provider-metrics.ts';
import { traceIdentify, traceNormalizer } from '../observability/spans.ts';
import { createPhotoNormalizer, type DecodingNormalizer } from '../photos/normalize.ts';
import { type ProviderDefinition, usualCredits } from '../providers/definition.ts';
import { PROVIDERS } from '../providers/index.ts';
import { type DailyUsage, StoredDailyUsage } from '../quotas/daily-usage.ts';
import { usedShare } from '../quotas/periods.ts';
import { createRatingQueue } from '../store/feedback.ts';
import { createIdempotencyKeys, type IdempotencyKeys } from '../store/idempotency-keys.ts';
import { createCopyDeletionQueue } from '../store/provider-copies.ts';
import { createStore, type Store } from '../store/store.ts';
import { byProvider, type ProviderName } from '../types.ts';
import { shortestAnswerTtlMs } from './answer-cache.ts';
import { createCopyRecorder } from './copy-recorder.ts';
import { createPipeline, type OperatedPipeline } from './create-pipeline.ts';
import { createCopyDeletion } from './delete-copies.ts';
import { createFreeRetries, withFreeRetries } from './free-retries.ts';
import { withIdempotencyKeys } from './idempotency.ts';
import { createIdentify } from './identify.ts';
import { createProgressHub } from './progress.ts';
import { photoOf } from './questions.ts';
import { createRatingSender } from './send-ratings.ts';
import type {
  IdentificationOptions,
  OperatedProvider,
  OperatedService,
  ProviderCall,
  ProviderConfig,
  ProviderHealth,
} from './service.ts';

/** Deadline of a request, unless a provider has a longer timeout. */
const DEADLINE_MS = 45_000;
const DEADLINE_MARGIN_MS = 5_000;

/** Maximum photos of waiting callers in the decode queue. */
const DECODE_CAPACITY = 32;

/** Maximum photos in the background decode queue (for storage); each keeps an upload in memory. */
const BACKGROUND_DECODE_CAPACITY = 16;

/** Parts that tests replace; production uses the real ones. */
export interface ServiceParts {
  /** Providers in their order; the first one leads. */
  readonly definitions: readonly ProviderDefinition[];
  readonly normalizer: DecodingNormalizer;
  readonly store: Store;
  readonly idempotencyKeys: IdempotencyKeys;
  readonly dailyUsage: DailyUsage;
  /** First part of every key in Redis; empty in production. */
  readonly keyPrefix: string;
}

/** Creates the service. `parts`: replaces some of its parts, for tests. */
export function createIdentificationService(
  options: IdentificationOptions,
  parts: Partial<ServiceParts> = {},
): OperatedService {
  const { clock, database, host, logger, photos } = options;
  return composeService(options, {
    definitions: parts.definitions ?? PROVIDERS,
    normalizer:
      parts.normalizer ??
      createPhotoNormalizer({
        concurrency: options.decodeConcurrency,
        capacity: DECODE_CAPACITY,
        backgroundCapacity: BACKGROUND_DECODE_CAPACITY,
        clock,
        metrics: options.metrics.decodes,
      }),
    store: parts.store ?? createStore({ database, photos, host, clock, logger }),
    idempotencyKeys: parts.idempotencyKeys ?? createIdempotencyKeys({ client: database.client, clock }),
    dailyUsage: parts.dailyUsage ?? new StoredDailyUsage({ database, clock, logger }),
    keyPrefix: parts.keyPrefix ?? '',
  });
}

function composeService(options: IdentificationOptions, parts: ServiceParts): OperatedService {
  const { clock, database, isDemo, logger, metrics, photoLimits, redis } = options;
  const { definitions, idempotencyKeys, keyPrefix, store } = parts;
  const normalizer = traceNormalizer(parts.normalizer);
  const dailyUsage = measureSpending(parts.dailyUsage, metrics.providers);
  const names = definitions.map(({ name }) => name);
  const closing = new AbortController();
  const quotaLeases = createLeases({ redis, prefix: `${keyPrefix}quota`, owner: 'quota', clock });
  const copies = createCopyRecorder({ store, lifetime: options.lifetime, clock, logger });
  const pipelines = definitions.flatMap(
    (definition) =>
      createPipeline(definition, {
        options,
        keyPrefix,
        quotaLeases,
        dailyUsage,
        copies,
        closing: closing.signal,
        onCall,
      }) ?? [],
  );
  const probeRedis = shareProbe(clock, () => redis.probe());
  const progress = createProgressHub({ redis, clock });
  const background = createSingleFlight();
  const identify = createIdentify({
    ...options,
    onCall,
    providers: names,
    pipelines,
    normalizer,
    store,
    background,
    isDatabaseUp: () => database.isUp,
    progress,
    deadlineMs: deadlineOf(names.map((name) => options.providers[name])),
  });
  const rows = { client: database.client, clock, host: options.host };
  const deleteProviderCopies = createCopyDeletion({
    queue: createCopyDeletionQueue(rows),
    providers: pipelines,
    logger,
  });
  const sendRatings = createRatingSender({ queue: createRatingQueue(rows), providers: pipelines, logger });
  const freeRetries = createFreeRetries({ validMs: shortestAnswerTtlMs(options.lifetime), redis, logger });

  return {
    photoLimits,
    isDemo,
    operated: byProvider(operatedProvider, names),
    photoStore: store,
    decoderLoad: () => parts.normalizer.load(),
    identify: traceIdentify(
      withIdempotencyKeys(withFreeRetries(identify, { freeRetries, clock }), {
        keys: idempotencyKeys,
        background,
        clock,
        logger,
      }),
    ),
    progress: (...viewing) => progress.follow(...viewing),
    async health() {
      const isDatabaseUp = database.ping().then(
        () => true,
        () => false,
      );
      const [redisUp, databaseUp] = await Promise.all([probeRedis(), isDatabaseUp]);
      return { providers: byProvider(healthOf, names), redis: redisUp, database: databaseUp };
    },
    quotaUse() {
      const shares = pipelines.flatMap(({ definition, quota }) =>
        quota
          .counters()
          .filter(({ period }) => period.window === definition.rateLimitWindow)
          .map(usedShare),
      );
      return Math.max(0, ...shares);
    },
    history: (...page) => store.history(...page),
    find: (...which) => store.find(...which),
    exportHistory: (ownerId) => store.exportHistory(ownerId),
    giveFeedback: (...given) => store.giveFeedback(...given),
    photo: (...which) => store.photo(...which),
    delete: (...which) => store.delete(...which),
    deleteAll: (ownerId) => store.deleteAll(ownerId),
    restore: (...which) => store.restore(...which),
    restoreAll: (ownerId) => store.restoreAll(ownerId),
    forget: (ownerId) => store.deleteByOwner(ownerId),
    usedOn: (at) => Promise.all(pipelines.map(({ quota }) => quota.usedOn(at))),
    deleteProviderCopies,
    sendRatings,
    removeDeleted: (signal) => store.removeDeleted(signal),
    fillSearch: (signal) => store.fillSearch(signal),
    deleteOlderThan: (...which) => store.deleteOlderThan(...which),
    deleteOrphanedPhotos: (signal) => store.deleteOrphanedPhotos(signal),
    deleteExpiredKeys: (signal) => idempotencyKeys.deleteExpired(signal),
    async start() {
      await Promise.all(pipelines.flatMap(({ access, quota }) => [access.start(), quota.start()]));
    },
    async settled() {
      await Promise.all([...pipelines.map(({ cache }) => cache.settled()), background.settled()]);
      await copies.settled();
    },
    close() {
      closing.abort();
      copies.close();
      for (const { access, circuit, quota, stopLog } of pipelines) {
        stopLog();
        access.close();
        circuit.close();
        quota.close();
      }
    },
  };

  function onCall(call: ProviderCall): void {
    metrics.providers.recordCall(call);
    if (call.outcome === 'stale') metrics.cache.recordStaleAnswer(call.provider);
    options.onCall(call);
  }

  function pipelineOf(name: ProviderName): OperatedPipeline | undefined {
    return pipelines.find(({ definition }) => definition.name === name);
  }

  function healthOf(name: ProviderName): ProviderHealth {
    const { failMax } = options.providers[name].circuit;
    return pipelineOf(name)?.caller.health() ?? { available: false, state: 'off', failCount: 0, failMax };
  }

  function operatedProvider(name: ProviderName): OperatedProvider {
    const { circuit, timeoutMs } = options.providers[name];
    const { maxResetTimeoutMs, resetTimeoutMs } = circuit;
    const pipeline = pipelineOf(name);
    const definition = definitions.find((known) => known.name === name);
    return {
      circuit: pipeline?.circuit,
      resetTimeoutMs,
      maxResetTimeoutMs,
      timeoutMs,
      warnAtShare: definition?.warnAtShare ?? 1,
      usualCredits: definition === undefined ? 0 : usualCredits(definition),
      health: () => healthOf(name),
      leases: () =>
        pipeline?.cache.leases().map(({ lease, ...status }) => ({ key: lease, photo: photoOf(lease), ...status })) ??
        [],
      quotas: () => pipeline?.quota.counters() ?? [],
      quotaReportedAt: (window) => pipeline?.quota.reportedAt(window),
    };
  }
}

/** Returns the deadline of a request: longer than the timeout of every provider that is on. */
export function deadlineOf(providers: readonly Pick<ProviderConfig, 'apiKey' | 'timeoutMs'>[]): number {
  const timeouts = providers.map(({ apiKey, timeoutMs }) => (apiKey === undefined ? 0 : timeoutMs));
  return Math.max(DEADLINE_MS, Math.max(...timeouts) + DEADLINE_MARGIN_MS);
}

/** Time for which the result of a probe is cached. */
const PROBE_TTL_MS = 1_000;

/** Wraps `probe` so that concurrent callers share one run, and its result for one second afterwards. */
export function shareProbe<T>(clock: Clock, probe: () => Promise<T>): () => Promise<T> {
  let last: { result: Promise<T>; endedAt: number } | undefined;
  return () => {
    if (last !== undefined && clock.monotonic() < last.endedAt + PROBE_TTL_MS) return last.result;
    const current = { result: probe(), endedAt: Number.POSITIVE_INFINITY };
    const end = () => {
      current.endedAt = clock.monotonic();
    };
    current.result.then(end, end);
    last = current;
    return current.result;
  };
}
