import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { type Database, openDatabase } from '@plantcommunity/db';
import { connectRedis } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger, type Logger } from '@plantcommunity/telemetry';
import { createTestMetrics, readMetrics } from '@plantcommunity/telemetry/testing';
import { AbandonedCallError, IdentificationError } from '../../errors.ts';
import type { DecodeOwner } from '../../photos/decode-queue.ts';
import type { DecodingNormalizer } from '../../photos/normalize.ts';
import { makeJpeg } from '../../photos/testing/make-jpeg.ts';
import { LIMITS, uploaded } from '../../photos/testing/uploaded-photo.ts';
import type { ProviderClient, ProviderDefinition, RecallId } from '../../providers/definition.ts';
import { plantId, plantNet } from '../../providers/index.ts';
import { dailyUsageInMemory } from '../../quotas/testing/daily-usage.ts';
import type { QuotaLimits } from '../../quotas/types.ts';
import type { Store } from '../../store/store.ts';
import type { NewIdentification, ProviderCopy } from '../../store/types.ts';
import type { ProviderAnswer, ProviderName, ProviderRequest } from '../../types.ts';
import { createIdentificationService } from '../create-service.ts';
import type { ProgressEvent } from '../progress.ts';
import type { AnswerType, IdentifyRequest, ProviderCall, ProviderConfig } from '../service.ts';

const PLANT_ID_ANSWER: ProviderAnswer = {
  provider: 'plant_id',
  isPlant: true,
  candidates: [{ scientificName: 'Monstera deliciosa', commonNames: ['Swiss cheese plant'], score: 0.95, images: [] }],
};

export const PLANTNET_ANSWER: ProviderAnswer = {
  provider: 'plantnet',
  isPlant: true,
  candidates: [{ scientificName: 'Monstera deliciosa', commonNames: [], score: 0.71, images: [] }],
};

/** A socket path on which no Redis listens. */
export const NO_REDIS = 'unix:///nowhere/redis.sock';

/** The error while no photo can be normalized. */
export const BUSY = new IdentificationError('busy', 'Too many at once.', { retryAfterMs: 5_000 });

/** A client whose every call is answered by the test. */
export interface ScriptedClient extends ProviderClient {
  readonly calls: ProviderRequest[];
  /** Resolves as soon as `count` calls have arrived. */
  called(count: number): Promise<void>;
  readonly recallIds: (RecallId | undefined)[];
  answer: (request: ProviderRequest, signal: AbortSignal) => Promise<ProviderAnswer>;
  /** Number of usage calls. */
  probes: number;
}

/** Creates a client that gives `answer` until the test sets another one. */
function scriptedClient(name: ProviderName, answer: ProviderAnswer): ScriptedClient {
  const calls: ProviderRequest[] = [];
  const recallIds: (RecallId | undefined)[] = [];
  const arrivals = new EventEmitter();
  const client: ScriptedClient = {
    name,
    origin: `https://${name}.example`,
    calls,
    async called(count) {
      while (calls.length < count) await once(arrivals, 'call');
    },
    recallIds,
    probes: 0,
    answer: async () => answer,
    identify(sent, signal, recallId) {
      calls.push(sent);
      recallIds.push(recallId);
      arrivals.emit('call');
      return client.answer(sent, signal);
    },
    async usage() {
      client.probes += 1;
      return { windows: {}, exhausted: false };
    },
  };
  return client;
}

/** The definition of a real provider with a scripted client. */
function scripted(definition: ProviderDefinition, client: ScriptedClient): ProviderDefinition {
  return { ...definition, createClient: () => client };
}

interface TestFlowOptions {
  /** Definition of a third provider, after the two real ones. */
  third?: ProviderDefinition;
  off?: ProviderName;
  quotas?: Partial<Record<ProviderName, QuotaLimits>>;
  /** Prefix of all keys in Redis. */
  prefix?: string;
  redisUrl?: string;
  logger?: Logger;
  /** The error while no photo can be normalized. */
  decodeError?: Error;
  /** The owner whose account is closed while a request is answered. */
  closedAccount?: string;
}

/** The configuration of a provider in tests. */
export function testConfig(timeoutMs = 35_000): ProviderConfig {
  const circuit = {
    failMax: 3,
    resetTimeoutMs: 60_000,
    maxResetTimeoutMs: 300_000,
    successThreshold: 2,
    trialPermits: 2,
  };
  return { apiKey: 'some-key', baseUrl: 'https://service.example', timeoutMs, circuit };
}

const OFF = { apiKey: undefined };

/** The real service with scripted providers, photos, store, database and time. */
export async function testFlow({
  off,
  third,
  prefix = `test:${randomUUID()}`,
  redisUrl = process.env['TEST_REDIS_URL'] ?? NO_REDIS,
  logger = createLogger({ level: 'silent' }),
  decodeError,
  closedAccount,
  quotas = {},
}: TestFlowOptions = {}) {
  const clock = new FakeClock();
  const redis = await connectRedis(
    { url: redisUrl },
    { timeoutMs: 2_000, readyWaitMs: redisUrl === NO_REDIS ? 0 : 2_000 },
  );
  const providers = {
    plant_id: scriptedClient('plant_id', PLANT_ID_ANSWER),
    plantnet: scriptedClient('plantnet', PLANTNET_ANSWER),
  };
  const metrics = createTestMetrics();
  const providerCalls: ProviderCall[] = [];
  const accessFaults: ProviderName[] = [];
  const answerTypes: AnswerType[] = [];
  /** The owner of each answered request. */
  const answeredOwners: (string | undefined)[] = [];

  const decoding: { error: Error | undefined; until?: Promise<void> } = { error: decodeError };
  const decodes: string[] = [];
  /** The owner of each decode. */
  const owners: DecodeOwner[] = [];
  const normalizer: DecodingNormalizer = {
    load: () => ({ running: 0, waiting: 0, size: 2 }),
    async normalize(photo, _index, owner, signal) {
      decodes.push(photo.hash);
      owners.push(owner);
      const left = Promise.withResolvers<never>();
      signal?.addEventListener('abort', () => left.reject(new AbandonedCallError()), { once: true });
      await Promise.race([decoding.until, left.promise]);
      if (decoding.error !== undefined) throw decoding.error;
      return { jpeg: Buffer.from(`prepared ${photo.hash}`), width: 8, height: 8 };
    },
  };
  const saved: NewIdentification[] = [];
  /** What was recorded of the copies that providers keep. */
  const recordedCopies: ProviderCopy[] = [];
  /** State of the database: `fails` is thrown by each save and record. */
  const database: { isUp: boolean; fails?: Error } = { isUp: true };
  /** Bytes that the photos of each owner use, of 1,000. */
  const space = { used: 0 };
  /** Hashes of the photos stored after the answer, by the identification's id. */
  const storedPhotos = new Map<string, string[]>();
  const store: Store = {
    async save(entry) {
      if (database.fails !== undefined) throw database.fails;
      if (entry.ownerId === closedAccount) return undefined;
      saved.push(entry);
      const pendingPhotos = entry.photos.flatMap((photo) => (photo.normalized ? [] : photo.hash));
      return { id: `ID${saved.length}`, pendingPhotos };
    },
    async recordCopies(copies) {
      if (database.fails !== undefined) throw database.fails;
      recordedCopies.push(...copies);
    },
    async addPhotos(id, photos) {
      const hashes = photos.map(({ hash }) => hash);
      storedPhotos.set(id, hashes);
    },
    usedBytes: async () => space.used,
    deleteOlderThan: async () => 0,
    history: async () => ({ items: [] }),
    find: async () => undefined,
    async *exportHistory() {},
    giveFeedback: async () => undefined,
    photo: async () => undefined,
    delete: async () => false,
    deleteAll: async () => undefined,
    restore: async () => false,
    restoreAll: async () => undefined,
    removeDeleted: async () => 0,
    fillSearch: async () => 0,
    deleteByOwner: async () => undefined,
    deleteOrphanedPhotos: async () => ({ deleted: 0, failed: 0 }),
    freeBytes: async () => 0,
    countOrphans: async () => 0,
  };
  const service = createIdentificationService(
    {
      providers: {
        plant_id: { ...testConfig(), ...(off === 'plant_id' && OFF) },
        plantnet: { ...testConfig(), ...(off === 'plantnet' && OFF) },
        ...(third && { [third.name]: testConfig() }),
      },
      quotas: { plant_id: {}, plantnet: {}, ...(third && { [third.name]: {} }), ...quotas },
      maxConcurrency: 2,
      lifetime: { ttlMs: 86_400_000, staleMs: 604_800_000 },
      lock: { waitMs: 40_000, ttlMs: 30_000, renew: true },
      photoLimits: LIMITS,
      decodeConcurrency: 1,
      photos: { folder: '' },
      host: 'plants.example',
      photoSpaceBytes: 1_000,
      isDemo: false,
      database: absentDatabase(() => database.isUp),
      redis,
      clock,
      logger,
      metrics,
      onCall: (call) => providerCalls.push(call),
      onAccessFault: (provider) => accessFaults.push(provider),
      onAnswer(type, { ownerId }) {
        answerTypes.push(type);
        answeredOwners.push(ownerId);
      },
    },
    {
      definitions: [
        scripted(plantId, providers.plant_id),
        scripted(plantNet, providers.plantnet),
        ...(third ? [third] : []),
      ],
      normalizer,
      store,
      dailyUsage: dailyUsageInMemory(),
      keyPrefix: `${prefix}:`,
    },
  );
  const { plant_id, plantnet } = service.operated;

  return {
    clock,
    service,
    start: () => service.start(),
    circuits: { plant_id: plant_id.circuit, plantnet: plantnet.circuit },
    healths: () => ({ plant_id: plant_id.health(), plantnet: plantnet.health() }),
    providers,
    /** Resolves with the identification alone. */
    identify: async (one: IdentifyRequest) => (await service.identify(one)).identification,
    decodes,
    owners,
    decoding,
    database,
    saved,
    recordedCopies,
    storedPhotos,
    space,
    redis,
    providerCalls,
    accessFaults,
    answerTypes,
    answeredOwners,
    /** Returns the metrics as Prometheus gets them. */
    exposed: async () => (await metrics.expose()).body,
    scrape: async () => readMetrics((await metrics.expose()).body),
    follow,
    settled: () => service.settled(),
  };

  async function follow(requestId: string, viewer?: string): Promise<ProgressEvent[]> {
    const events: ProgressEvent[] = [];
    for await (const event of service.progress(requestId, viewer, new AbortController().signal)) events.push(event);
    return events;
  }
}

/** A database that never answers; `isUp` says what its health gate says. */
export function absentDatabase(isUp: () => boolean = () => true): Database {
  const database = openDatabase({ url: 'postgresql://nowhere@127.0.0.1:1/nothing', poolSize: 1 });
  return {
    client: database.client,
    subscribe: (listener) => database.subscribe(listener),
    ping: (timeoutMs) => database.ping(timeoutMs),
    pool: () => database.pool(),
    close: () => database.close(),
    get isUp() {
      return isUp();
    },
  };
}

let requests = 0;

/** A request with one small photo; another `seed` makes another photo. */
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
