import {
  createOpenApiHandler,
  createRequestPipeline,
  createRouters,
  NAMESPACES,
  openApiDocument,
} from '@plantcommunity/api/openapi';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import { expect, it } from 'vitest';
import { createConcurrencyLimit } from './rate-limit/concurrency-limit.ts';
import { createHealthLimit } from './rate-limit/health-limit.ts';
import { createIdentifyLimit } from './rate-limit/identify-limit.ts';
import { createStreamLimit } from './rate-limit/stream-limit.ts';
import { createThrottles } from './rate-limit/throttles.ts';
import { config } from './testing/api-under-test.ts';
import { fakeAuth } from './testing/fake-auth.ts';
import { fakeOperations } from './testing/fake-operations.ts';
import { fakeService } from './testing/fake-service.ts';
import { inProcessCredits, inProcessRateLimiter } from './testing/in-process-limits.ts';

const [v1] = NAMESPACES;

/** Builds a handler of REST calls with what the package exports, over services of the caller. */
function handlerOfPackage(settings = config) {
  const clock = new FakeClock(Date.UTC(2026, 2, 1, 12));
  const logger = createLogger({ level: 'silent' });
  const limiter = inProcessRateLimiter(clock);
  const auth = fakeAuth();
  const services = {
    identification: fakeService().service,
    operations: fakeOperations(),
    auth,
    identifyLimit: createIdentifyLimit({ limiter, quotaUse: () => 0 }),
    creditShares: inProcessCredits({ clock, logger, limits: settings.dailyCredits }),
    throttles: createThrottles({ limiter, clock, logger, rates: settings.rates }),
    progressLimit: createStreamLimit({ maxPerSubject: 1, retryAfter: 5 }),
    exportLimit: createStreamLimit({ maxPerSubject: 1, retryAfter: 30 }),
    concurrencyLimit: createConcurrencyLimit(clock),
    healthLimit: createHealthLimit(clock),
    metrics: createTestMetrics().requests,
    clock,
    config: settings,
    namespaces: NAMESPACES,
  };
  const { callerRouter } = createRouters(NAMESPACES);
  return createOpenApiHandler(createRequestPipeline(services, auth, logger), NAMESPACES, callerRouter);
}

it('@plantcommunity/api/openapi builds a handler that answers REST calls', async () => {
  const handle = handlerOfPackage();
  const health = await handle(new Request('http://localhost:3000/api/v1/plant-identification/identify/health'));
  expect(health.status).toBe(200);
  expect(await health.json()).toMatchObject({ status: 'healthy' });

  const missing = await handle(new Request('http://localhost:3000/api/v1/nothing'));
  expect(missing.status).toBe(404);
  expect(missing.headers.get('content-type')).toBe('application/problem+json');
});

it('@plantcommunity/api/openapi generates the document that its handler serves', async () => {
  const served = await handlerOfPackage()(new Request('http://localhost:3000/api/v1/openapi.json'));
  expect(JSON.parse(JSON.stringify(openApiDocument(v1, '3.1.1', config)))).toEqual(await served.json());
});

it.each(['openapi.json', 'openapi-3.0.json'])('%s of v1 names the public origin as its server', async (file) => {
  const handle = handlerOfPackage({ ...config, appUrl: new URL('https://plants.example/') });
  const served = await handle(new Request(`http://localhost:3000/api/v1/${file}`));
  expect(await served.json()).toHaveProperty('servers', [{ url: 'https://plants.example/api/v1' }]);
});
