import type { Auth, Principal } from '@plantcommunity/auth';
import { clientAddress, requestRefusal } from '@plantcommunity/http';
import type { RedisConnection } from '@plantcommunity/resilience';
import { acceptRequestId, type Logger, newRequestId } from '@plantcommunity/telemetry';
import { errorResponse } from './errors/problem.ts';
import { toApiError } from './errors/to-api-error.ts';
import { currentErrorPresenter } from './middleware/namespace.ts';
import { createRequestPipeline, withResponseHeaders } from './middleware/request-pipeline.ts';
import { NAMESPACES } from './namespaces.ts';
import { createNextAuthHandler, type NextAuth } from './next-auth/handler.ts';
import { createConcurrencyLimit } from './rate-limit/concurrency-limit.ts';
import { createRateLimiter } from './rate-limit/create-rate-limiter.ts';
import { createCreditShares } from './rate-limit/credit-shares.ts';
import { createHealthLimit } from './rate-limit/health-limit.ts';
import { createIdentifyLimit } from './rate-limit/identify-limit.ts';
import { createStreamLimit } from './rate-limit/stream-limit.ts';
import { createThrottles } from './rate-limit/throttles.ts';
import type { Namespace } from './rest/endpoint.ts';
import { createOpenApiHandler } from './rest/handler.ts';
import { createMatcher } from './rest/match.ts';
import { deprecatedPaths, type Route, routesOf } from './rest/routes.ts';
import type { Services } from './services.ts';
import { createTrpcHandler } from './trpc/handler.ts';
import { createRouters } from './trpc/router.ts';

/** Progress streams that one subject may have open at once in this process. Most end within some seconds. */
const PROGRESS_LIMITS = { maxPerSubject: 10, retryAfter: 5 };
/**
 * Exports that may run at once in this process: each reads database and photos as fast as its caller takes them. Most
 * end within a minute, and a reader that stalls or is too slow is cut off (`streamBody`).
 */
const EXPORT_LIMITS = { maxPerSubject: 2, maxTotal: 8, retryAfter: 30 };

const { appRouter, createCaller } = createRouters(NAMESPACES);

export type AppRouter = typeof appRouter;
/** The procedures of v1, bound to one request. */
type V1Caller = ReturnType<typeof createCaller>['v1'];

/** The entry points of the API. Each resolves to a response for every request. */
export interface Api {
  /** Serves `/api/trpc/*`. */
  trpc(request: Request): Promise<Response>;
  /** Serves everything else under `/api`, in all namespaces. */
  rest(request: Request): Promise<Response>;
  /**
   * Serves `/api/auth/*`: legacy's REST endpoints there, and next-auth for all other paths. `nextAuth` is called once
   * the body is known to be small and well-formed.
   */
  nextAuth(request: Request, nextAuth: NextAuth): Promise<Response>;
  /** Returns the response to a request for an unknown host or from a foreign page. Other entry points check these too. */
  guard(request: Request): Response | undefined;
  /**
   * Calls v1 from a server component for a known user. `headers` are those of the page's request, from which the
   * client's address is read. Throws what procedures throw.
   */
  caller(principal: Principal | undefined, headers?: Headers): V1Caller;
}

export interface ApiDeps extends Pick<Services, 'identification' | 'operations' | 'metrics' | 'clock' | 'config'> {
  auth: Pick<
    Auth,
    'accounts' | 'apiKeys' | 'callerOf' | 'claimedUser' | 'endReplacedSession' | 'sessionCookie' | 'tokens'
  >;
  redis: RedisConnection;
  logger: Logger;
}

export function createApi({ redis, ...deps }: ApiDeps): Api {
  const { clock, config, identification, logger } = deps;
  const limiter = createRateLimiter({ redis, clock, logger });
  return assembleApi({
    ...deps,
    identifyLimit: createIdentifyLimit({ limiter, quotaUse: () => identification.quotaUse() }),
    creditShares: createCreditShares({ redis, clock, logger, limits: config.dailyCredits }),
    throttles: createThrottles({ limiter, clock, logger, rates: config.rates }),
  });
}

/** Like `createApi`, but over given limits and namespaces. */
export function assembleApi({
  logger,
  namespaces = NAMESPACES,
  ...deps
}: Omit<ApiDeps, 'redis'> &
  Pick<Services, 'identifyLimit' | 'creditShares' | 'throttles'> & {
    namespaces?: readonly Namespace[];
  }): Api {
  const services = {
    ...deps,
    namespaces,
    healthLimit: createHealthLimit(deps.clock),
    progressLimit: createStreamLimit(PROGRESS_LIMITS),
    exportLimit: createStreamLimit(EXPORT_LIMITS),
    concurrencyLimit: createConcurrencyLimit(deps.clock),
  };
  const { auth, config, metrics } = services;
  const routers = createRouters(namespaces);
  metrics.watchLegacyRoutes(deprecatedPaths(namespaces, routers.appRouter));
  const pipeline = createRequestPipeline(services, auth, logger);
  const rest = createOpenApiHandler(pipeline, namespaces, routers.callerRouter);
  const nextAuthHandler = createNextAuthHandler(pipeline, services.throttles, auth);
  const matcher = createMatcher(namespaces);
  const isEndpoint = ({ url }: Request) => matcher.match(new URL(url).pathname) !== undefined;
  return {
    trpc: createTrpcHandler(pipeline, routers.appRouter),
    rest,
    nextAuth: (request, nextAuth) => (isEndpoint(request) ? rest(request) : nextAuthHandler(request, nextAuth)),
    guard(request) {
      const refusal = requestRefusal(request, config);
      if (refusal === undefined) return undefined;
      const requestId = acceptRequestId(request.headers.get('x-request-id'));
      const response = errorResponse(toApiError(refusal), currentErrorPresenter(namespaces), requestId);
      return withResponseHeaders(response, requestId);
    },
    caller(principal, headers) {
      const request = {
        requestId: newRequestId(),
        trackProgress: false,
        authenticate: async () => principal,
        reauthenticate: async () => principal,
        claimedUser: async () => principal && { userId: principal.userId },
        address: headers && clientAddress(headers, config.proxyHops),
        bearer: undefined,
        idempotencyKey: undefined,
        signal: new AbortController().signal,
        resHeaders: new Headers(),
      };
      return createCaller({ services, request }).v1;
    },
  };
}

/** Returns every route of REST and tRPC, with the access policy that its procedure declares. */
export function apiRoutes(): Route[] {
  return routesOf(NAMESPACES, appRouter);
}
