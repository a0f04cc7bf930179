import type { Database } from '@plantcommunity/db';
import {
  type Circuit,
  type Clock,
  createBulkhead,
  createCircuit,
  createLeases,
  createSingleFlight,
  type Lifetime,
  type RedisConnection,
} from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { createCircuitLog } from '../observability/circuit-log.ts';
import { createQuotaLog } from '../observability/quota-log.ts';
import { createPhotoNormalizer } from '../photos/normalize.ts';
import type { PhotoLimits } from '../photos/types.ts';
import { failureClass } from '../providers/failure-class.ts';
import { outcomeOf } from '../providers/outcome.ts';
import { createPlantId } from '../providers/plant-id/plant-id.ts';
import { createPlantNet } from '../providers/plantnet/plantnet.ts';
import { SharedProviderAccess } from '../providers/provider-access.ts';
import { createRejections } from '../providers/rejections.ts';
import { exhaustedAnswerOf, settlementOf } from '../quotas/call-verdict.ts';
import { usualCredits } from '../quotas/credits.ts';
import { StoredDailyUsage } from '../quotas/daily-usage.ts';
import { usedShare } from '../quotas/periods.ts';
import { ProviderQuota } from '../quotas/provider-quota.ts';
import { QuotaStore } from '../quotas/store.ts';
import type { Quota, QuotaLimits } from '../quotas/types.ts';
import { createStore } from '../store/store.ts';
import type { ProviderClient, ProviderName } from '../types.ts';
import { type AnswerLock, createAnswerCache } from './answer-cache.ts';
import { shortestAnswerTtlMs } from './answer-lifetime.ts';
import type { ProviderPipeline } from './dependencies.ts';
import { createFreeRetries, withFreeRetries } from './free-retries.ts';
import { createIdentify } from './identify.ts';
import { createProgressHub } from './progress.ts';
import { createProviderCaller } from './provider-caller.ts';
import { createRecentDurations } from './recent-durations.ts';
import type { AnswerType, IdentificationService, OperatedProvider, ProviderCall, ProviderHealth } from './service.ts';
import { shareProbe } from './share-probe.ts';

interface ProviderConfig {
  /** Undefined: the provider is off. */
  apiKey: string | undefined;
  baseUrl: string;
  timeoutMs: number;
  circuit: {
    failMax: number;
    resetTimeoutMs: number;
    maxResetTimeoutMs: number;
    successThreshold: number;
    trialPermits: number;
  };
}

export interface IdentificationOptions {
  providers: Readonly<Record<ProviderName, ProviderConfig>>;
  /** What we let ourselves spend at each. */
  quotas: Readonly<Record<ProviderName, QuotaLimits>>;
  /** Calls in flight a provider and process; above it `busy`. */
  maxConcurrency: number;
  lifetime: Lifetime;
  /** `waitMs` undefined: as long as the provider's call may take, and a little. */
  lock: Omit<AnswerLock, 'waitMs'> & { waitMs: number | undefined };
  photoLimits: PhotoLimits;
  /** Maximum concurrent photo decodes. Measured on two cores: two are as fast as eight. */
  decodeConcurrency: number;
  photoDir: string;
  isDemo: boolean;
  database: Database;
  redis: RedisConnection;
  clock: Clock;
  logger: Logger;
  /** Hears of every question to a provider what became of it. */
  readonly onCall: (call: ProviderCall) => void;
  /** Hears what each request got. */
  readonly onAnswer: (type: AnswerType) => void;
}

/** How much longer than a call may take its end is waited for by other processes. */
const LOCK_MARGIN_MS = 5_000;
/** Deadline of a request, unless a provider has a longer timeout. */
const DEADLINE_MS = 45_000;
const DEADLINE_MARGIN_MS = 5_000;
/** Maximum photos of waiting callers in the decode queue. */
const DECODES_WAITING = 32;
/** Maximum photos in the background decode queue (for storage); each keeps an upload in memory. */
const DECODES_WAITING_IN_BACKGROUND = 16;

const CLIENTS = { plant_id: createPlantId, plantnet: createPlantNet };

/** The service as whoever runs it has it in hand. */
export interface OperatedService extends IdentificationService {
  readonly operated: Readonly<Record<ProviderName, OperatedProvider>>;
  /** Begins what goes on without anybody asking: to follow and correct the quotas. Never throws. */
  start(): Promise<void>;
  /**
   * Resolves when no provider call is in flight, all answers are cached, and no photo is being stored in the
   * background.
   */
  settled(): Promise<void>;
  /** Drops calls that are still out. */
  close(): void;
}

export function createIdentificationService(options: IdentificationOptions): OperatedService {
  const { clock, database, isDemo, logger, onCall, photoLimits, redis } = options;
  const closing = new AbortController();
  const dailyUsage = new StoredDailyUsage({ database, clock, logger });
  const leases = createLeases({ redis, prefix: 'quota', owner: 'quota', clock });
  const lanes = { plant_id: laneOf('plant_id'), plantnet: laneOf('plantnet') };
  const store = createStore({ database, photoDir: options.photoDir, clock, logger });
  const probeRedis = shareProbe(clock, () => redis.probe());
  const board = createProgressHub({ redis, clock });
  const background = createSingleFlight();
  const identify = createIdentify({
    pipelines: lanes,
    intake: createPhotoNormalizer({
      concurrency: options.decodeConcurrency,
      capacity: DECODES_WAITING,
      backgroundCapacity: DECODES_WAITING_IN_BACKGROUND,
      clock,
    }),
    store,
    background,
    isDatabaseUp: () => database.isUp,
    progress: board,
    clock,
    logger,
    photoLimits,
    lifetime: options.lifetime,
    deadlineMs: deadlineOf(options.providers),
    isDemo,
    onCall,
    onAnswer: options.onAnswer,
  });

  const validMs = shortestAnswerTtlMs(options.lifetime);
  const freeRetries = createFreeRetries({ validMs, redis, logger });

  return {
    photoLimits,
    isDemo,
    operated: { plant_id: operatedOf('plant_id'), plantnet: operatedOf('plantnet') },
    identify: withFreeRetries(identify, { freeRetries, clock }),
    progress: (...viewing) => board.follow(...viewing),
    async health() {
      const [redisUp, databaseUp] = await Promise.all([
        probeRedis(),
        database.ping().then(
          () => true,
          () => false,
        ),
      ]);
      const providers = { plant_id: healthOf('plant_id'), plantnet: healthOf('plantnet') };
      return { providers, redis: redisUp, database: databaseUp };
    },
    quotaUse() {
      const month = lanes.plant_id?.quota.counters().find(({ period }) => period.window === 'month');
      return month === undefined ? 0 : usedShare(month);
    },
    history: (...page) => store.history(...page),
    find: (...which) => store.find(...which),
    photo: (...which) => store.photo(...which),
    forget: (ownerId) => store.deleteByOwner(ownerId),
    async start() {
      await Promise.all(
        Object.values(lanes).flatMap((lane) => (lane ? [lane.access.start(), lane.quota.start()] : [])),
      );
    },
    async settled() {
      const calls = Object.values(lanes).map((lane) => lane?.cache.settled());
      await Promise.all([...calls, background.settled()]);
    },
    close() {
      closing.abort();
      for (const lane of Object.values(lanes)) {
        lane?.access.close();
        lane?.circuit.close();
        lane?.quota.close();
      }
    },
  };

  function laneOf(
    name: ProviderName,
  ): (ProviderPipeline & { access: SharedProviderAccess; circuit: Circuit; quota: Quota }) | undefined {
    const { apiKey, baseUrl, circuit: circuitOptions, timeoutMs } = options.providers[name];
    if (apiKey === undefined) return undefined;
    const provider: ProviderClient = CLIENTS[name]({ apiKey, baseUrl, timeoutMs, clock });
    const circuit = createCircuit({
      name,
      ...circuitOptions,
      trialDeadlineMs: timeoutMs + 1_000,
      classify: outcomeOf,
      nameFailure: failureClass,
      clock,
      redis,
    });
    const bulkhead = createBulkhead({ max: options.maxConcurrency });
    const onCircuit = createCircuitLog(name, logger, clock);
    const quotaStore = new QuotaStore(redis, name, 'quota');
    const quota = new ProviderQuota({
      provider,
      limits: options.quotas[name],
      usualCredits: usualCredits(name),
      timeoutMs,
      settlementOf: (error) => settlementOf(name, error),
      exhaustedAnswerOf,
      onUpdate: createQuotaLog({ provider: name, logger, claimWarning: (period) => quotaStore.claimWarning(period) }),
      store: quotaStore,
      leases,
      redis,
      dailyUsage,
      clock,
      logger,
      closing: closing.signal,
    });
    const access = new SharedProviderAccess({ provider, apiKey, redis, clock, logger, closing: closing.signal });
    const gate = createProviderCaller({
      provider,
      access,
      circuit,
      quota,
      bulkhead,
      clock,
      closing: closing.signal,
      onCircuit,
      onCall,
    });
    const lock = { ...options.lock, waitMs: options.lock.waitMs ?? timeoutMs + LOCK_MARGIN_MS };
    const answers = createAnswerCache({ provider: name, lock, redis, clock, logger });
    const rejections = createRejections({ provider, redis, clock, closing: closing.signal });
    return {
      provider,
      access,
      caller: gate,
      circuit,
      quota,
      rejections,
      durations: createRecentDurations(),
      ...answers,
    };
  }

  function healthOf(name: ProviderName): ProviderHealth {
    const { failMax } = options.providers[name].circuit;
    return lanes[name]?.caller.health() ?? { available: false, state: 'off', failCount: 0, failMax };
  }

  function operatedOf(name: ProviderName): OperatedProvider {
    const { circuit, timeoutMs } = options.providers[name];
    const { maxResetTimeoutMs, resetTimeoutMs } = circuit;
    const health = () => healthOf(name);
    return { circuit: lanes[name]?.circuit, resetTimeoutMs, maxResetTimeoutMs, timeoutMs, health };
  }
}

/** Returns the deadline of a request: longer than the timeout of every enabled provider. */
export function deadlineOf(
  providers: Readonly<Record<ProviderName, Pick<ProviderConfig, 'apiKey' | 'timeoutMs'>>>,
): number {
  const longest = Object.values(providers).map(({ apiKey, timeoutMs }) => (apiKey === undefined ? 0 : timeoutMs));
  return Math.max(DEADLINE_MS, Math.max(...longest) + DEADLINE_MARGIN_MS);
}
