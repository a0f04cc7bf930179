import type { Auth, Principal } from '@plantcommunity/auth';
import { clientAddress, requestRefusal } from '@plantcommunity/http';
import type { IdentificationService } from '@plantcommunity/identification';
import type { Operations } from '@plantcommunity/operations';
import type { Clock, RedisConnection } from '@plantcommunity/resilience';
import { acceptRequestId, type Logger, newRequestId } from '@plantcommunity/telemetry';
import { withAnswerHeaders } from './answer-headers.ts';
import type { ApiConfig } from './config.ts';
import type { Parts } from './context.ts';
import { toApiError } from './errors/to-api-error.ts';
import { createGateway } from './gateway.ts';
import { createCallsAtOnce } from './limits/calls-at-once.ts';
import { createRateWindow } from './limits/create-rate-window.ts';
import { createCreditShares } from './limits/credit-shares.ts';
import { createHealthLimit } from './limits/health-limit.ts';
import { createIdentifyLimit } from './limits/identify-limit.ts';
import { createOpenStreams } from './limits/open-streams.ts';
import { createReAsks } from './limits/re-asks.ts';
import { createThrottles } from './limits/throttles.ts';
import { createRest } from './rest/adapter.ts';
import { matchEndpoints } from './rest/endpoints.ts';
import { errorResponse } from './rest/problem.ts';
import { createCaller, type V1Caller } from './router.ts';
import { type Answer, createSignIn } from './sign-in-entry.ts';
import { createTrpc } from './trpc-entry.ts';

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
  signIn(request: Request, answer: Answer): Promise<Response>;
  /** The answer to a request for an unknown host or from a foreign page; the other entries ask by themselves. */
  guard(request: Request): Response | undefined;
  /**
   * Calls v1 from a server component for a known user. `headers` are those of the page's request, from which the
   * client's address is read. Throws what procedures throw.
   */
  caller(principal: Principal | undefined, headers?: Headers): V1Caller;
}

export interface ApiDeps {
  service: IdentificationService;
  operations: Operations;
  auth: Pick<Auth, 'accounts' | 'claimedUser' | 'endReplacedSession' | 'principalOf' | 'sessionCookie' | 'tokens'>;
  redis: RedisConnection;
  clock: Clock;
  logger: Logger;
  config: ApiConfig;
}

export function createApi({ redis, ...deps }: ApiDeps): Api {
  const { clock, config, logger, service } = deps;
  const window = createRateWindow({ redis, clock, logger });
  return assembleApi({
    ...deps,
    limit: createIdentifyLimit({ window, quotaUse: () => service.quotaUse() }),
    shares: createCreditShares({ redis, clock, logger, limits: config.dailyCredits }),
    reAsks: createReAsks({ redis, logger, freeMs: config.reAskMs }),
    throttles: createThrottles({ window, clock, logger, rates: config.rates }),
  });
}

export function assembleApi({
  logger,
  ...deps
}: Omit<ApiDeps, 'redis'> & Pick<Parts, 'limit' | 'shares' | 'reAsks' | 'throttles'>): Api {
  const parts = {
    ...deps,
    healthLimit: createHealthLimit(deps.clock),
    progressStreams: createOpenStreams({ most: MAX_PROGRESS_STREAMS }),
    callsAtOnce: createCallsAtOnce(deps.clock),
  };
  const { auth } = parts;
  const gateway = createGateway(parts, auth, logger);
  const rest = createRest(gateway);
  const signIn = createSignIn(gateway, parts.throttles, auth);
  return {
    trpc: createTrpc(gateway),
    rest,
    signIn: (request, answer) => (isEndpoint(request) ? rest(request) : signIn(request, answer)),
    guard(request) {
      const refused = requestRefusal(request, parts.config);
      if (refused === undefined) return undefined;
      const requestId = acceptRequestId(request.headers.get('x-request-id'));
      return withAnswerHeaders(errorResponse(toApiError(refused), 'v1', requestId), requestId);
    },
    caller(principal, headers) {
      const request = {
        requestId: newRequestId(),
        isFollowed: false,
        authenticate: async () => principal,
        authenticateAgain: async () => principal,
        claimedUser: async () => principal && { userId: principal.userId },
        address: headers && clientAddress(headers, parts.config.proxyHops),
        hasBearer: false,
        signal: new AbortController().signal,
        resHeaders: new Headers(),
        successorOf: (path: string) => path,
      };
      return createCaller({ parts, request }).v1;
    },
  };
}

function isEndpoint({ url }: Request): boolean {
  return matchEndpoints(new URL(url).pathname) !== undefined;
}
