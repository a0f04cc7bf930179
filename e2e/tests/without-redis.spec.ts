import { readMetrics } from '@plantcommunity/telemetry/testing';
import { startApp } from '../fixtures/app.ts';
import { expect } from '../fixtures/development.ts';
import { formWith, plantPhoto } from '../fixtures/photos.ts';
import { test } from '../fixtures/with-services.ts';

test('starts without Redis, reports it, and allows a tenth of the limit', async ({ services, simulator }) => {
  test.setTimeout(180_000);
  const app = await startApp({
    ...services.settings,
    ...simulator.settings,
    REDIS_URL: 'unix:///nowhere/redis.sock',
    IDENTIFY_RATE_ANONYMOUS: '10/h',
  });
  try {
    expect(app.output()).toContain('Redis unavailable');
    const identify = `${app.url}/api/v1/plant-identification/identify`;
    const statuses: number[] = [];
    for (const seed of [7, 8]) {
      const answer = await fetch(identify, { method: 'POST', body: await formWith(plantPhoto(seed)) });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([200, 429]);
    const health = await fetch(`${identify}/health`);
    expect([health.status, await health.json()]).toMatchObject([
      503,
      { status: 'degraded', services: { redis: { available: false } } },
    ]);
    expect((await fetch(`${app.url}/api/health/ready`)).status).toBe(200);
    const { value } = readMetrics(await (await fetch(`${app.url}/api/metrics`)).text());
    expect({
      redis: value('plantcommunity_redis_up'),
      identified: value('plantcommunity_identifications_total', { caller: 'anonymous', answer: 'fresh' }),
      rateLimited: value('plant_id_rate_limit_exceeded'),
    }).toEqual({ redis: 0, identified: 1, rateLimited: 1 });
  } finally {
    await app.stop();
  }
});
