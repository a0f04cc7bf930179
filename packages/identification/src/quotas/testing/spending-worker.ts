import { hash, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { inspect } from 'node:util';
import { connectRedis, systemClock } from '@plantcommunity/resilience';
import { createLogger } from '@plantcommunity/telemetry';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import { IdentificationError } from '../../errors.ts';
import { createIdentificationService } from '../../identify/create-service.ts';
import type { IdentifyRequest } from '../../identify/service.ts';
import { absentDatabase, request, testConfig } from '../../identify/testing/test-flow.ts';
import { LIMITS } from '../../photos/testing/uploaded-photo.ts';
import { plantNet } from '../../providers/index.ts';
import { dailyUsageInMemory } from './daily-usage.ts';
import { type SpendingReport, spendingSettings } from './spending-messages.ts';

/** Identifications that run at once: the last of many more would wait for its time limit behind the others. */
const AT_ONCE = 50;

// One instance of the product with Pl@ntNet alone. On a message it makes all its identifications.
const {
  attempts,
  clockOffsetMs = 0,
  limit,
  prefix,
  redisUrl,
  serviceUrl,
} = spendingSettings.parse(JSON.parse(process.argv[2] ?? ''));
const redis = await connectRedis({ url: redisUrl }, { timeoutMs: 10_000, readyWaitMs: 5_000 });
const plantnet = { ...testConfig(30_000), baseUrl: serviceUrl };
const service = createIdentificationService(
  {
    providers: { plant_id: { ...plantnet, apiKey: undefined }, plantnet },
    quotas: { plant_id: {}, plantnet: { dailyLimit: limit } },
    maxConcurrency: AT_ONCE,
    lifetime: { ttlMs: 60_000, staleMs: 60_000 },
    lock: { waitMs: 30_000, ttlMs: 30_000, renew: false },
    photoLimits: LIMITS,
    decodeConcurrency: 1,
    photos: { folder: tmpdir() },
    host: 'plants.example',
    photoSpaceBytes: 0,
    isDemo: false,
    database: absentDatabase(),
    redis,
    clock: { ...systemClock, now: () => systemClock.now() + clockOffsetMs },
    logger: createLogger({ level: 'silent' }),
    metrics: createTestMetrics(),
    onCall: () => undefined,
    onAnswer: () => undefined,
  },
  {
    definitions: [plantNet],
    normalizer: {
      normalize: async (photo) => ({ jpeg: Buffer.from(photo.hash), width: 8, height: 8 }),
      load: () => ({ running: 0, waiting: 0, size: 1 }),
    },
    dailyUsage: dailyUsageInMemory(),
    keyPrefix: `${prefix}:`,
  },
);

/** Returns a request with a new photo. */
function anotherRequest(): IdentifyRequest {
  const repeated = request({ trackProgress: false });
  return { ...repeated, photos: repeated.photos.map((photo) => ({ ...photo, hash: hash('sha256', randomUUID()) })) };
}

async function spend(): Promise<SpendingReport> {
  const report: SpendingReport = { answered: 0, refused: 0, failed: [] };
  let left = attempts;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      try {
        await service.identify(anotherRequest());
        report.answered += 1;
      } catch (error) {
        if (error instanceof IdentificationError && error.code === 'quota_exhausted') report.refused += 1;
        else report.failed.push(`${inspect(error)} after ${service.operated.plantnet.circuit?.snapshot().lastFailure}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return report;
}

process.on('message', () => {
  void spend().then((report) => process.send?.(report));
});
process.once('disconnect', () => process.exit(0));
await service.start();
process.send?.('ready');
