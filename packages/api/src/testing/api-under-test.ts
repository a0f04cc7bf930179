import { Writable } from 'node:stream';
import type { IdentificationService } from '@plantcommunity/identification';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger, type RequestMetrics } from '@plantcommunity/telemetry';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import { type Api, assembleApi } from '../api.ts';
import { createIdentifyLimit, type IdentifyLimit } from '../rate-limit/identify-limit.ts';
import { createThrottles } from '../rate-limit/throttles.ts';
import type { Namespace } from '../rest/endpoint.ts';
import type { ApiConfig } from '../services.ts';
import { checkingAnswers } from './check-answers.ts';
import { type FakeAuthOptions, fakeAuth } from './fake-auth.ts';
import { fakeOperations } from './fake-operations.ts';
import { fakeService, photoLimits } from './fake-service.ts';
import { inProcessCredits, inProcessRateLimiter } from './in-process-limits.ts';

export { ada, anna } from './fake-auth.ts';

const HOUR = 3_600_000;

export const config: ApiConfig = {
  mode: 'development',
  version: '0.1.0',
  appUrl: new URL('http://localhost:3000'),
  allowedHosts: ['localhost', '127.0.0.1'],
  trustedOrigins: ['https://partner.example'],
  proxyHops: 0,
  rates: {
    anonymous: { count: 10, windowMs: HOUR },
    free: { count: 100, windowMs: HOUR },
    pro: { count: 200, windowMs: HOUR },
    premium: { count: 500, windowMs: HOUR },
    enterprise: { count: 1000, windowMs: HOUR },
    signIn: { count: 5, windowMs: HOUR / 4 },
    signInAddress: { count: 20, windowMs: HOUR / 4 },
    register: { count: 3, windowMs: HOUR },
    refresh: { count: 30, windowMs: HOUR },
  },
  dailyCredits: { account: 400, address: 1_200 },
  legacy: { deprecatedAt: new Date('2026-01-01T00:00:00Z'), sunsetAt: new Date('2027-07-01T00:00:00Z') },
  upload: photoLimits,
  uploadMemoryBytes: 268_435_456,
};

export interface ApiUnderTest {
  api: Api;
  clock: FakeClock;
  /** Requests that reached the service. */
  asked: ReturnType<typeof fakeService>['asked'];
  /** Log lines, oldest first. */
  log: string[];
}

/**
 * Creates the API over fakes whose answers a test can set. The session cookie `anna` signs Anna in, and `ada` the
 * administrator Ada; Bearer tokens do the same.
 */
export function apiUnderTest(
  options: {
    config?: Partial<ApiConfig>;
    service?: Partial<IdentificationService>;
    operations?: Parameters<typeof fakeOperations>[0];
    limit?: Partial<IdentifyLimit>;
    auth?: FakeAuthOptions;
    namespaces?: readonly Namespace[];
    metrics?: RequestMetrics;
  } = {},
): ApiUnderTest {
  const clock = new FakeClock(Date.UTC(2026, 2, 1, 12));
  const { asked, service } = fakeService(options.service);
  const log: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.push(chunk.toString());
      done();
    },
  });
  const limiter = inProcessRateLimiter(clock);
  const merged = { ...config, ...options.config };
  const logger = createLogger({ level: 'info', destination });
  const assembled = assembleApi({
    identification: service,
    operations: fakeOperations(options.operations),
    auth: fakeAuth(options.auth),
    metrics: options.metrics ?? createTestMetrics().requests,
    clock,
    logger,
    config: merged,
    ...(options.namespaces && { namespaces: options.namespaces }),
    identifyLimit: { ...createIdentifyLimit({ limiter, quotaUse: () => service.quotaUse() }), ...options.limit },
    creditShares: inProcessCredits({ clock, logger, limits: merged.dailyCredits }),
    throttles: createThrottles({ limiter, clock, logger, rates: merged.rates }),
  });
  const api = {
    ...assembled,
    rest: checkingAnswers((request) => assembled.rest(request)),
  };
  return { api, clock, asked, log };
}
