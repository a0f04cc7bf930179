import { type Auth, bearerKindOf, wellFormedApiKeyOf } from '@plantcommunity/auth';
import {
  clientAddress,
  createUploadMemory,
  credentialHeaders,
  type HeldMemory,
  type HttpError,
  readUpload,
  requestRefusal,
} from '@plantcommunity/http';
import { acceptRequestId, currentRequestId, type Logger, runWithRequestId } from '@plantcommunity/telemetry';
import type { ApiError } from '../errors/api-error.ts';
import { StalledReaderError } from '../errors/stalled-reader-error.ts';
import { subjectOf } from '../rate-limit/subject.ts';
import type { Services } from '../services.ts';
import type { Context, RequestContext } from './context.ts';
import { PendingUpload } from './pending-upload.ts';

/** A request before authentication. */
export interface IncomingRequest {
  request: Request;
  requestId: string;
  /** Why its host or origin is rejected, if it is. */
  rejection: HttpError | undefined;
  /** Its unread body, for procedures that take photos. */
  upload: PendingUpload;
  /** The headers that may identify the caller. */
  credentials: Headers;
}

/** The steps before and after a procedure that tRPC, REST and next-auth share. */
export interface RequestPipeline {
  services: Services;
  /** Runs `work` under the request's id and completes the headers of its response. */
  handle(request: Request, work: (incoming: IncomingRequest) => Promise<Response>): Promise<Response>;
  createContext(incoming: IncomingRequest, response: Pick<RequestContext, 'resHeaders'>): Context;
  /**
   * Counts calls of a deprecated version, by path at once, by caller as soon as it is known. `route` is the path as the
   * code declares it, without the values of its parameters.
   */
  countDeprecatedCalls(incoming: IncomingRequest, calls: readonly { route: string; isGone: boolean }[]): void;
  /** Logs internal errors. */
  report(error: ApiError, request: Request, path: string | undefined): void;
  /** Logs why an answer broke off after its first bytes were sent, unless its caller left. */
  reportBrokenAnswer(error: unknown, path: string): void;
}

export function createRequestPipeline(
  services: Services,
  auth: Pick<Auth, 'callerOf' | 'claimedUser'>,
  logger: Logger,
): RequestPipeline {
  const { clock, config, metrics, operations, throttles } = services;
  const uploadMemory = createUploadMemory(config.uploadMemoryBytes, clock);
  metrics.watchUploadBytes(() => uploadMemory.heldBytes);
  const addressOf = (request: Request) => clientAddress(request.headers, config.proxyHops);

  /** Holders of API keys by the credentials of a request: a bad key counts once for all calls of a batch. */
  const keyHolders = new WeakMap<Headers, ReturnType<Auth['callerOf']>>();

  /** Returns the caller. @throws {BadTokenError} for too many bad API keys, each of which costs a look-up */
  function callerOf(credentials: Headers, address: string | undefined): ReturnType<Auth['callerOf']> {
    const token = wellFormedApiKeyOf(credentials);
    if (token === undefined) return auth.callerOf(credentials);
    const holder =
      keyHolders.get(credentials) ?? throttles.withToken({ token, address }, () => auth.callerOf(credentials));
    keyHolders.set(credentials, holder);
    return holder;
  }

  /** Returns the user whom credentials name; while the database is unavailable, by their signature alone. Never rejects. */
  async function signedInUser(credentials: Headers, address: string | undefined): Promise<string | undefined> {
    try {
      return (await callerOf(credentials, address).catch(() => auth.claimedUser(credentials)))?.userId;
    } catch {
      return undefined;
    }
  }

  return {
    services,

    handle(request, work) {
      // The web process has accepted or made the id already.
      const requestId = currentRequestId() ?? acceptRequestId(request.headers.get('x-request-id'));
      const { headers } = request;
      const { signal } = request;
      let memory: HeldMemory | undefined;
      const upload = new PendingUpload((fields, admission) => {
        const address = subjectOf(undefined, addressOf(request));
        memory = uploadMemory.hold(admission?.subject ?? address, address);
        const form = { ...config.upload, ...fields };
        return readUpload(request.body, headers.get('content-type'), headers.get('content-length'), form, {
          admitted: admission?.admitted,
          signal,
          memory,
          clock,
          contentEncoding: headers.get('content-encoding'),
        });
      });
      return runWithRequestId(requestId, async () => {
        const rejection = requestRefusal(request, config);
        try {
          const credentials = credentialHeaders(request, config);
          const response = await work({ request, requestId, rejection, upload, credentials });
          return withResponseHeaders(response, requestId);
        } finally {
          // The photos stay in memory until the request is answered.
          memory?.release();
        }
      });
    },

    createContext({ credentials: headers, request, requestId, upload }, response) {
      const address = addressOf(request);
      return {
        services,
        request: {
          requestId,
          trackProgress: request.headers.get('x-request-id') === requestId,
          authenticate: () => callerOf(headers, address),
          reauthenticate: () => auth.callerOf(new Headers(headers)),
          claimedUser: () => auth.claimedUser(headers),
          address,
          bearer: bearerKindOf(request.headers),
          idempotencyKey: request.headers.get('idempotency-key') ?? undefined,
          signal: request.signal,
          ...(isUpload(request) && { upload }),
          ...response,
        },
      };
    },

    countDeprecatedCalls({ credentials, rejection, request }, calls) {
      if (calls.length === 0) return;
      for (const call of calls) metrics.recordLegacyCall(call);
      const userAgent = request.headers.get('user-agent') ?? undefined;
      // No answer waits for this: it may take a query, and the database may be unavailable. Nothing may act on the
      // credentials of a request that is refused for its origin.
      const naming =
        rejection === undefined ? signedInUser(credentials, addressOf(request)) : Promise.resolve(undefined);
      void naming.then((userId) =>
        calls.forEach(({ route }) => operations.countLegacyCall({ path: route, userAgent, userId })),
      );
    },

    report(error, request, path) {
      if (error.code !== 'internal') return;
      if (request.signal.aborted) logger.info({ path }, 'The caller left before the answer');
      else logger.error({ err: error.cause, path }, 'A call failed');
    },

    reportBrokenAnswer(error, path) {
      if (error instanceof StalledReaderError) logger.info({ path }, 'The caller took the answer too slowly');
      else logger.error({ err: error, path }, 'An answer broke off');
    },
  };
}

/**
 * Adds the headers of every API response. Personal data stays out of shared caches unless the response already has a
 * Cache-Control. The request guard adds the headers that all responses of the server have.
 */
export function withResponseHeaders(response: Response, requestId: string): Response {
  const { headers } = response;
  headers.set('X-Request-Id', requestId);
  if (!headers.has('cache-control')) headers.set('Cache-Control', 'no-store');
  headers.append('Vary', 'Authorization, Cookie');
  return response;
}

function isUpload({ headers }: Request): boolean {
  return /^\s*multipart\/form-data\s*(?:;|$)/i.test(headers.get('content-type') ?? '');
}
