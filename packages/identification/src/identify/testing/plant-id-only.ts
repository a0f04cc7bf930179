import { tmpdir } from 'node:os';
import type { Database } from '@plantcommunity/db';
import { type Clock, type RedisConnection, systemClock } from '@plantcommunity/resilience';
import { createLogger, type Logger, type Metrics } from '@plantcommunity/telemetry';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import { realPicture } from '../../photos/testing/real-picture.ts';
import { LIMITS, uploaded } from '../../photos/testing/uploaded-photo.ts';
import { createIdentificationService } from '../create-service.ts';
import type { IdentifyRequest, OperatedService } from '../service.ts';
import { absentDatabase } from './test-flow.ts';

interface PlantIdServiceOptions {
  redis: RedisConnection;
  baseUrl: string;
  timeoutMs: number;
  lock: { waitMs: number; ttlMs: number };
  /** No limit unless given. */
  monthlyLimit?: number;
  /** Records the daily usage; without it the usage is counted in Redis alone. */
  database?: Database;
  clock?: Clock;
  logger?: Logger;
  metrics?: Metrics;
}

/** The real service with Plant.id alone, whose circuit stays closed, for anonymous callers. */
export function createPlantIdService(options: PlantIdServiceOptions): OperatedService {
  const { baseUrl, lock, redis, timeoutMs } = options;
  const times = { resetTimeoutMs: 60_000, maxResetTimeoutMs: 60_000, successThreshold: 1, trialPermits: 1 };
  const provider = { baseUrl, timeoutMs, circuit: { ...times, failMax: 100 } };
  return createIdentificationService({
    providers: { plant_id: { ...provider, apiKey: 'some-key' }, plantnet: { ...provider, apiKey: undefined } },
    quotas: { plant_id: { monthlyLimit: options.monthlyLimit }, plantnet: {} },
    maxConcurrency: 10,
    lifetime: { ttlMs: 60_000, staleMs: 60_000 },
    lock: { ...lock, renew: true },
    photoLimits: LIMITS,
    decodeConcurrency: 2,
    photos: { folder: tmpdir() },
    host: 'plants.example',
    photoSpaceBytes: 0,
    isDemo: false,
    database: options.database ?? absentDatabase(),
    redis,
    clock: options.clock ?? systemClock,
    logger: options.logger ?? createLogger({ level: 'silent' }),
    metrics: options.metrics ?? createTestMetrics(),
    onCall: () => undefined,
    onAnswer: () => undefined,
  });
}

/** A request with one real photo, the same for the same width. */
export async function leafRequest(width = 64): Promise<IdentifyRequest> {
  const jpeg = await realPicture(width, 48).jpeg().toBuffer();
  return {
    requestId: crypto.randomUUID(),
    photos: [uploaded(jpeg, { name: 'leaf.jpg', declaredType: 'image/jpeg' })],
    options: { includeDiseases: false, organs: [] },
    trackProgress: false,
    signal: new AbortController().signal,
  };
}
