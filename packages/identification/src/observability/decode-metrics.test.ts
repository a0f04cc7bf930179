import { connectRedis } from '@plantcommunity/resilience';
import { createTestMetrics, readMetrics } from '@plantcommunity/telemetry/testing';
import { expect, it } from 'vitest';
import { createPlantIdService, leafRequest } from '../identify/testing/plant-id-only.ts';
import { NO_REDIS } from '../identify/testing/test-flow.ts';
import { plantIdBody } from '../providers/testing/bodies.ts';
import { answer, startStub } from '../providers/testing/stub-service.ts';

it('the service times each decode once, and none for a cached answer', async () => {
  await using stub = await startStub(answer(201, plantIdBody()));
  const redis = await connectRedis({ url: NO_REDIS }, { timeoutMs: 100, readyWaitMs: 0 });
  const metrics = createTestMetrics();
  const lock = { waitMs: 1_000, ttlMs: 1_000 };
  const service = createPlantIdService({ redis, baseUrl: stub.url, timeoutMs: 5_000, lock, metrics });
  await Promise.all(
    [leafRequest(64), leafRequest(64), leafRequest(65)].map(async (one) => service.identify(await one)),
  );
  await service.identify(await leafRequest(64));
  const { value } = readMetrics((await metrics.expose()).body);
  expect({
    decodes: value('plantcommunity_photo_decode_duration_seconds_count'),
    running: value('plantcommunity_photo_decodes', { state: 'running' }),
    waiting: value('plantcommunity_photo_decodes', { state: 'waiting' }),
  }).toEqual({ decodes: 2, running: 0, waiting: 0 });
  expect(value('plantcommunity_photo_decode_duration_seconds_sum')).toBeGreaterThan(0);
  service.close();
  await redis.close();
});
