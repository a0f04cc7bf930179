import { tmpdir } from 'node:os';
import { type Database, openDatabase } from '@plantcommunity/db';
import { type Clock, type RedisConnection, systemClock } from '@plantcommunity/resilience';
import { createLogger, type Logger } from '@plantcommunity/telemetry';
import { realPicture } from '../../photos/testing/real-picture.ts';
import { LIMITS, uploaded } from '../../photos/testing/uploaded-photo.ts';
import { createIdentificationService, type OperatedService } from '../create-service.ts';
import type { IdentifyRequest } from '../service.ts';

interface PlantIdAlone {
  redis: RedisConnection;
  baseUrl: string;
  timeoutMs: number;
  lock: { waitMs: number; ttlMs: number };
  /** None unless given. */
  monthlyLimit?: number;
  /** Nobody who asks is signed in, so it only keeps what is spent; without one that is counted in Redis alone. */
  database?: Database;
  clock?: Clock;
  logger?: Logger;
}

/** The real service with one provider, whose circuit stays closed, for people who are not signed in. */
export function createPlantIdAlone(alone: PlantIdAlone): OperatedService {
  const { baseUrl, lock, redis, timeoutMs } = alone;
  const times = { resetTimeoutMs: 60_000, maxResetTimeoutMs: 60_000, successThreshold: 1, trialPermits: 1 };
  const provider = { baseUrl, timeoutMs, circuit: { ...times, failMax: 100 } };
  return createIdentificationService({
    providers: { plant_id: { ...provider, apiKey: 'some-key' }, plantnet: { ...provider, apiKey: undefined } },
    quotas: { plant_id: { monthlyLimit: alone.monthlyLimit }, plantnet: {} },
    maxConcurrency: 10,
    lifetime: { ttlMs: 60_000, staleMs: 60_000 },
    lock: { ...lock, renew: true },
    photoLimits: LIMITS,
    decodeConcurrency: 2,
    photoDir: tmpdir(),
    isDemo: false,
    database: alone.database ?? absentDatabase(),
    redis,
    clock: alone.clock ?? systemClock,
    logger: alone.logger ?? createLogger({ level: 'silent' }),
    onCall: () => undefined,
    onAnswer: () => undefined,
  });
}

/** A database that never answers but counts as up: otherwise no provider would be called. */
function absentDatabase(): Database {
  return { ...openDatabase({ url: 'postgresql://nobody@127.0.0.1:1/nothing', poolSize: 1 }), isUp: true };
}

/** One real photo, the same for the same width. */
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
