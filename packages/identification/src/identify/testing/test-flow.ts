import { randomUUID } from 'node:crypto';
import {
  type Cache,
  type Circuit,
  type CircuitOptions,
  connectRedis,
  createBulkhead,
  createCircuit,
  createSingleFlight,
} from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger, type Logger } from '@plantcommunity/telemetry';
import { IdentificationError } from '../../errors.ts';
import type { DecodeOwner } from '../../photos/decode-queue.ts';
import type { PhotoNormalizer } from '../../photos/normalize.ts';
import { makeJpeg } from '../../photos/testing/make-jpeg.ts';
import { LIMITS, uploaded } from '../../photos/testing/uploaded-photo.ts';
import type { ProgressEvent } from '../../progress.ts';
import { failureClass } from '../../providers/failure-class.ts';
import { outcomeOf } from '../../providers/outcome.ts';
import { SharedProviderAccess } from '../../providers/provider-access.ts';
import { createRejections } from '../../providers/rejections.ts';
import { quotaUnderTest } from '../../quotas/testing/quota-under-test.ts';
import type { Quota, QuotaLimits } from '../../quotas/types.ts';
import type { NewIdentification } from '../../store/types.ts';
import type { ProviderAnswer, ProviderClient, ProviderName, ProviderRequest, RecallId } from '../../types.ts';
import { createAnswerCache } from '../answer-cache.ts';
import type { ProviderPipeline } from '../dependencies.ts';
import { createIdentify } from '../identify.ts';
import { createProgressHub } from '../progress.ts';
import { createProviderCaller, type ProviderCaller } from '../provider-caller.ts';
import { createRecentDurations } from '../recent-durations.ts';
import type { AnswerType, IdentifyRequest, ProviderCall } from '../service.ts';

const PLANT_ID_ANSWER: ProviderAnswer = {
  provider: 'plant_id',
  isPlant: true,
  candidates: [{ scientificName: 'Monstera deliciosa', commonNames: ['Swiss cheese plant'], score: 0.95, images: [] }],
};
/** A socket path on which no Redis listens. */
export const NO_REDIS = 'unix:///nowhere/redis.sock';

/** Why no photo can be read now. */
export const BUSY = new IdentificationError('busy', 'Too many at once.', { retryAfterMs: 5_000 });
export const PLANTNET_ANSWER: ProviderAnswer = {
  provider: 'plantnet',
  isPlant: true,
  candidates: [{ scientificName: 'Monstera deliciosa', commonNames: [], score: 0.71, images: [] }],
};

/** A provider whose every call is answered by the test. */
export interface ScriptedProvider extends ProviderClient {
  readonly calls: ProviderRequest[];
  readonly recallIds: (RecallId | undefined)[];
  answer: (request: ProviderRequest, signal: AbortSignal) => Promise<ProviderAnswer>;
  /** How often it was asked what is left. */
  probes: number;
}

function scripted(name: ProviderName, answer: ProviderAnswer): ScriptedProvider {
  const calls: ProviderRequest[] = [];
  const tickets: (RecallId | undefined)[] = [];
  const provider: ScriptedProvider = {
    name,
    origin: `https://${name}.example`,
    contractVersion: '1',
    languages: new Set(['en', 'de']),
    calls,
    recallIds: tickets,
    probes: 0,
    answer: async () => answer,
    identify(asked, signal, ticket) {
      calls.push(asked);
      tickets.push(ticket);
      return provider.answer(asked, signal);
    },
    async usage() {
      provider.probes += 1;
      return { windows: {}, exhausted: false };
    },
  };
  return provider;
}

interface TestFlowOptions {
  off?: ProviderName;
  quotas?: Partial<Record<ProviderName, QuotaLimits>>;
  /** Of keys in Redis. */
  prefix?: string;
  redisUrl?: string;
  logger?: Logger;
  /** Why no photo can be prepared now. */
  intakeRefuses?: Error;
  /** Whose account is closed while they are answered. */
  gone?: string;
}

/** The whole flow with providers, photos, store and time in the test's hand; circuits and cache are the real ones. */
export async function testFlow({
  off,
  prefix = `test:${randomUUID()}`,
  redisUrl = process.env['TEST_REDIS_URL'] ?? NO_REDIS,
  logger = createLogger({ level: 'silent' }),
  intakeRefuses,
  gone,
  quotas = {},
}: TestFlowOptions = {}) {
  const clock = new FakeClock();
  const redis = await connectRedis(
    { url: redisUrl },
    { timeoutMs: 2_000, readyWaitMs: redisUrl === NO_REDIS ? 0 : 2_000 },
  );
  const providers = {
    plant_id: scripted('plant_id', PLANT_ID_ANSWER),
    plantnet: scripted('plantnet', PLANTNET_ANSWER),
  };
  const lock = { waitMs: 40_000, ttlMs: 30_000, renew: true };
  const closing = new AbortController();
  const asked: ProviderCall[] = [];
  const given: AnswerType[] = [];
  const circuits: Partial<Record<ProviderName, Circuit>> = {};
  const quotaOf: Partial<Record<ProviderName, Quota>> = {};
  const gates: Partial<Record<ProviderName, ProviderCaller>> = {};
  const accesses: SharedProviderAccess[] = [];
  const caches: Cache[] = [];
  const laneOf = (name: ProviderName): ProviderPipeline | undefined => {
    if (off === name) return undefined;
    const options: CircuitOptions = {
      name,
      failMax: 3,
      resetTimeoutMs: 60_000,
      maxResetTimeoutMs: 300_000,
      successThreshold: 2,
      trialPermits: 2,
      classify: outcomeOf,
      nameFailure: failureClass,
      clock,
    };
    const circuit = createCircuit(options);
    circuits[name] = circuit;
    const provider = providers[name];
    const quota = quotaUnderTest({ provider, redis, clock, prefix: `${prefix}:quota`, limits: quotas[name], logger });
    quotaOf[name] = quota;
    const access = new SharedProviderAccess({
      provider,
      apiKey: 'some-key',
      redis,
      clock,
      logger,
      closing: closing.signal,
      prefix: `${prefix}:access`,
    });
    accesses.push(access);
    const gate = createProviderCaller({
      provider,
      access,
      circuit,
      quota,
      bulkhead: createBulkhead({ max: 2 }),
      clock,
      closing: closing.signal,
      onCircuit: () => undefined,
      onCall: (call) => asked.push(call),
    });
    gates[name] = gate;
    const answers = createAnswerCache({ provider: name, lock, redis, clock, logger, prefix });
    const rejections = createRejections({
      provider,
      redis,
      clock,
      prefix: `${prefix}:rejected`,
      closing: closing.signal,
    });
    caches.push(answers.cache);
    return { provider, caller: gate, rejections, durations: createRecentDurations(), ...answers };
  };

  const reading: { refuses: Error | undefined; until?: Promise<void> } = { refuses: intakeRefuses };
  const decodes: string[] = [];
  /** The owner of each decode. */
  const owners: DecodeOwner[] = [];
  const intake: PhotoNormalizer = {
    async normalize(photo, _index, owner) {
      decodes.push(photo.hash);
      owners.push(owner);
      await reading.until;
      if (reading.refuses !== undefined) throw reading.refuses;
      return { jpeg: Buffer.from(`prepared ${photo.hash}`), width: 8, height: 8 };
    },
  };
  const saved: NewIdentification[] = [];
  const database: { isUp: boolean; fails?: Error } = { isUp: true };
  const kept = new Map<string, string[]>();
  const board = createProgressHub({ redis, clock });
  const identify = createIdentify({
    pipelines: { plant_id: laneOf('plant_id'), plantnet: laneOf('plantnet') },
    intake,
    store: {
      async save(entry) {
        if (database.fails !== undefined) throw database.fails;
        if (entry.ownerId === gone) return undefined;
        saved.push(entry);
        return {
          id: `ID${saved.length}`,
          pendingPhotos: entry.photos.flatMap((photo) => (photo.normalized ? [] : photo.hash)),
        };
      },
      async addPhotos(id, photos) {
        kept.set(
          id,
          photos.map(({ hash }) => hash),
        );
      },
      history: async () => ({ items: [] }),
      find: async () => undefined,
      photo: async () => undefined,
      deleteByOwner: async () => undefined,
    },
    background: createSingleFlight(),
    isDatabaseUp: () => database.isUp,
    progress: board,
    clock,
    logger,
    photoLimits: LIMITS,
    lifetime: { ttlMs: 86_400_000, staleMs: 604_800_000 },
    deadlineMs: 45_000,
    isDemo: false,
    onCall: (call) => asked.push(call),
    onAnswer: (type) => given.push(type),
  });

  return {
    clock,
    /** Reads the shared state of the API keys, as on startup. */
    start: () => Promise.all(accesses.map((access) => access.start())),
    circuits,
    quotas: quotaOf,
    healths: () => ({ plant_id: gates.plant_id?.health(), plantnet: gates.plantnet?.health() }),
    providers,
    identify,
    board,
    decodes,
    owners,
    reading,
    database,
    saved,
    kept,
    redis,
    asked,
    given,
    follow,
    /** Resolves when no call is in flight, nor one that renews an answer in the background. */
    settled: () => Promise.all(caches.map((cache) => cache.settled())),
  };

  async function follow(requestId: string, viewer?: string): Promise<ProgressEvent[]> {
    const events: ProgressEvent[] = [];
    for await (const event of board.follow(requestId, viewer, new AbortController().signal)) events.push(event);
    return events;
  }
}

let requests = 0;

/** A request with one small photo; `seed` makes it another photo. */
export function request(given: Partial<IdentifyRequest> = {}, seed = 1): IdentifyRequest {
  requests += 1;
  return {
    requestId: `00000000-0000-4000-8000-${String(requests).padStart(12, '0')}`,
    photos: [uploaded(makeJpeg({ width: 8 + seed, height: 8 }), { name: 'leaf.jpg', declaredType: 'image/jpeg' })],
    options: { includeDiseases: true, organs: [] },
    trackProgress: true,
    signal: new AbortController().signal,
    ...given,
  };
}
