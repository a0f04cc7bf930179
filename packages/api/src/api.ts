import type { Auth, Principal } from '@plantcommunity/auth';
import { clientAddress, requestRefusal } from '@plantcommunity/http';
import type { IdentificationService } from '@plantcommunity/identification';
import type { Operations } from '@plantcommunity/operations';
import type { Clock, RedisConnection } from '@plantcommunity/resilience';
import { acceptRequestId, type Logger, newRequestId } from '@plantcommunity/telemetry';
import { withResponseHeaders } from './answer-headers.ts';
import type { ApiConfig } from './config.ts';
import { toApiError } from './errors/to-api-error.ts';
import { createRequestPipeline } from './middleware/request-pipeline.ts';
import { createNextAuthHandler, type NextAuth } from './next-auth/handler.ts';
import { createConcurrencyLimit } from './rate-limit/concurrency-limit.ts';
import { createRateLimiter } from './rate-limit/create-rate-limiter.ts';
import { createCreditShares } from './rate-limit/credit-shares.ts';
import { createHealthLimit } from './rate-limit/health-limit.ts';
import { createIdentifyLimit } from './rate-limit/identify-limit.ts';
import { createStreamLimit } from './rate-limit/stream-limit.ts';
import { createThrottles } from './rate-limit/throttles.ts';
import { createRestHandler } from './rest/adapter.ts';
import { matchEndpoints } from './rest/endpoints.ts';
import { errorResponse } from './rest/problem.ts';
import type { Services } from './services.ts';
import { createTrpcHandler } from './trpc/handler.ts';
import { createCaller, type V1Caller } from './trpc/router.ts';

/** Progress streams that one subject may have open at once in this process. */
const MAX_PROGRESS_STREAMS = 10;

/** The product's surface; each entry takes a request and always resolves to an answer. */
export interface Api {
  /** `/api/trpc/*`. */
  trpc(request: Request): Promise<Response>;
  /** Everything else under `/api`, v1 and legacy. */
  rest(request: Request): Promise<Response>;
  /**
   * `/api/auth/*`: REST where legacy has an endpoint there. Else `answer` answers, which is handed the request once its
   * body is known to be small and sound.
   */
  nextAuth(request: Request, answer: NextAuth): Promise<Response>;
  /** The answer to a request for an unknown host or from a foreign page; the other entries ask by themselves. */
  guard(request: Request): Response | undefined;
  /**
   * Calls v1 from a server component for a known user. `headers` are those of the page's request, from which the
   * client's address is read. Throws what procedures throw.
   */
  caller(principal: Principal | undefined, headers?: Headers): V1Caller;
}

export interface ApiDeps {
  identification: IdentificationService;
  operations: Operations;
  auth: Pick<Auth, 'accounts' | 'claimedUser' | 'endReplacedSession' | 'principalOf' | 'sessionCookie' | 'tokens'>;
  redis: RedisConnection;
  clock: Clock;
  logger: Logger;
  config: ApiConfig;
}

export function createApi({ redis, ...deps }: ApiDeps): Api {
  const { clock, config, identification, logger } = deps;
  const window = createRateLimiter({ redis, clock, logger });
  return assembleApi({
    ...deps,
    identifyLimit: createIdentifyLimit({ window, quotaUse: () => identification.quotaUse() }),
    creditShares: createCreditShares({ redis, clock, logger, limits: config.dailyCredits }),
    throttles: createThrottles({ window, clock, logger, rates: config.rates }),
  });
}

export function assembleApi({
  logger,
  ...deps
}: Omit<ApiDeps, 'redis'> & Pick<Services, 'identifyLimit' | 'creditShares' | 'throttles'>): Api {
  const services = {
    ...deps,
    healthLimit: createHealthLimit(deps.clock),
    streamLimit: createStreamLimit({ most: MAX_PROGRESS_STREAMS }),
    concurrencyLimit: createConcurrencyLimit(deps.clock),
  };
  const { auth } = services;
  const pipeline = createRequestPipeline(services, auth, logger);
  const rest = createRestHandler(pipeline);
  const signIn = createNextAuthHandler(pipeline, services.throttles, auth);
  return {
    trpc: createTrpcHandler(pipeline),
    rest,
    nextAuth: (request, answer) => (isEndpoint(request) ? rest(request) : signIn(request, answer)),
    guard(request) {
      const refused = requestRefusal(request, services.config);
      if (refused === undefined) return undefined;
      const requestId = acceptRequestId(request.headers.get('x-request-id'));
      return withResponseHeaders(errorResponse(toApiError(refused), 'v1', requestId), requestId);
    },
    caller(principal, headers) {
      const request = {
        requestId: newRequestId(),
        trackProgress: false,
        authenticate: async () => principal,
        reauthenticate: async () => principal,
        claimedUser: async () => principal && { userId: principal.userId },
        address: headers && clientAddress(headers, services.config.proxyHops),
        hasBearer: false,
        signal: new AbortController().signal,
        resHeaders: new Headers(),
        successorOf: (path: string) => path,
      };
      return createCaller({ services, request }).v1;
    },
  };
}

function isEndpoint({ url }: Request): boolean {
  return matchEndpoints(new URL(url).pathname) !== undefined;
}
