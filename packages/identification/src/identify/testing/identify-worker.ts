import { flushCompileCache } from 'node:module';
import { connectRedis } from '@plantcommunity/resilience';
import { IdentificationError } from '../../errors.ts';
import { type WorkerAnswer, workerSettings } from './identify-messages.ts';
import { createPlantIdService, leafRequest } from './plant-id-only.ts';

// One instance of the product with Plant.id alone. On each message, a width, it asks about the photo of that width.
const settings = workerSettings.parse(JSON.parse(process.argv[2] ?? ''));
const redis = await connectRedis({ url: settings.redisUrl }, { timeoutMs: 2_000, readyWaitMs: settings.redisWaitMs });
const { ttlMs, plantIdUrl: baseUrl, timeoutMs } = settings;
const service = createPlantIdService({ redis, baseUrl, timeoutMs, lock: { waitMs: 30_000, ttlMs } });

async function ask(width: number): Promise<WorkerAnswer> {
  try {
    const leaf = await leafRequest(width);
    const { identification } = await service.identify({ ...leaf, requestId: crypto.randomUUID() });
    const { cached, isPlant } = identification;
    return { isPlant, cached };
  } catch (error) {
    return { failed: error instanceof IdentificationError ? error.code : String(error) };
  }
}

process.on('message', (width: number) => {
  void ask(width).then((answer) => process.send?.(answer));
});
process.once('disconnect', () => process.exit(0));
// Most workers are killed, and would leave to the next one what they compiled only if they ended by themselves.
flushCompileCache();
process.send?.('ready');
