import { flushCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import { openDatabase } from '@plantcommunity/db';
import { connectRedis, systemClock } from '@plantcommunity/resilience';
import { createLogger } from '@plantcommunity/telemetry';
import { realPicture } from '../../photo/testing/real-picture.ts';
import { LIMITS, uploaded } from '../../photo/testing/uploaded-photo.ts';
import { createIdentificationService } from '../create-service.ts';
import { type WorkerAnswer, workerSettings } from './worker-words.ts';

// One instance of the product with Plant.id alone. It asks when it is told to, always of one photo.
const settings = workerSettings.parse(JSON.parse(process.argv[2] ?? ''));
const redis = await connectRedis({ url: settings.redisUrl }, { timeoutMs: 2_000, readyWaitMs: settings.redisWaitMs });
const circuit = {
  failMax: 100,
  resetTimeoutMs: 60_000,
  maxResetTimeoutMs: 60_000,
  successThreshold: 1,
  trialPermits: 1,
};
const provider = { timeoutMs: settings.timeoutMs, circuit };
const service = createIdentificationService({
  providers: {
    plant_id: { ...provider, apiKey: 'some-key', baseUrl: settings.plantIdUrl },
    plantnet: { ...provider, apiKey: undefined, baseUrl: settings.plantIdUrl },
  },
  maxConcurrency: 10,
  lifetime: { ttlMs: 60_000, staleMs: 60_000 },
  lock: { waitMs: 30_000, leaseMs: settings.leaseMs, renew: true },
  photoLimits: LIMITS,
  photoDir: tmpdir(),
  isDemo: false,
  // Nobody who asks is signed in, so nothing is stored and no connection is made.
  database: openDatabase({ url: 'postgresql://nobody@127.0.0.1:1/nothing', poolSize: 1 }),
  redis,
  clock: systemClock,
  logger: createLogger({ level: 'silent' }),
  onCall: () => undefined,
  onAnswer: () => undefined,
});
const jpeg = await realPicture(64, 48).jpeg().toBuffer();

async function ask(): Promise<WorkerAnswer> {
  try {
    const { cached, isPlant } = await service.identify({
      requestId: crypto.randomUUID(),
      photos: [uploaded(jpeg, { name: 'leaf.jpg', declaredType: 'image/jpeg' })],
      options: { includeDiseases: false, organs: [] },
      trackProgress: false,
      signal: new AbortController().signal,
    });
    return { isPlant, cached };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

process.on('message', () => {
  void ask().then((answer) => process.send?.(answer));
});
process.once('disconnect', () => process.exit(0));
// Most workers are killed, and would leave to the next one what they compiled only if they ended by themselves.
flushCompileCache();
process.send?.('ready');
