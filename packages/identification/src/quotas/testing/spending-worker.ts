import { hash, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
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

// One instance of the product with Pl@ntNet alone. On a message it starts many identifications at once.
const { attempts, prefix, redisUrl, serviceUrl, limit } = spendingSettings.parse(JSON.parse(process.argv[2] ?? ''));
const redis = await connectRedis({ url: redisUrl }, { timeoutMs: 10_000, readyWaitMs: 5_000 });
const plantnet = { ...testConfig(30_000), baseUrl: serviceUrl };
const service = createIdentificationService(
  {
    providers: { plant_id: { ...plantnet, apiKey: undefined }, plantnet },
    quotas: { plant_id: {}, plantnet: { dailyLimit: limit } },
    maxConcurrency: attempts,
    lifetime: { ttlMs: 60_000, staleMs: 60_000 },
    lock: { waitMs: 30_000, ttlMs: 30_000, renew: false },
    photoLimits: LIMITS,
    decodeConcurrency: 1,
    photoDir: tmpdir(),
    isDemo: false,
    database: absentDatabase(),
    redis,
    clock: systemClock,
    logger: createLogger({ level: 'silent' }),
    metrics: createTestMetrics(),
    onCall: () => undefined,
    onAnswer: () => undefined,
  },
  {
    definitions: [plantNet],
    normalizer: { normalize: async (photo) => ({ jpeg: Buffer.from(photo.hash), width: 8, height: 8 }) },
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
  const requests = Array.from({ length: attempts }, () => anotherRequest());
  const ends = await Promise.allSettled(requests.map((one) => service.identify(one)));
  const refused = ends.filter(
    (end) =>
      end.status === 'rejected' && end.reason instanceof IdentificationError && end.reason.code === 'quota_exhausted',
  );
  return { answered: ends.filter(({ status }) => status === 'fulfilled').length, refused: refused.length };
}

process.on('message', () => {
  void spend().then((report) => process.send?.(report));
});
process.once('disconnect', () => process.exit(0));
await service.start();
process.send?.('ready');
