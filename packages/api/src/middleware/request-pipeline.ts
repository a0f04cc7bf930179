import type { Auth } from '@plantcommunity/auth';
import {
  clientAddress,
  createUploadMemory,
  credentialHeaders,
  type HeldMemory,
  type HttpError,
  hasBearer,
  readUpload,
  requestRefusal,
} from '@plantcommunity/http';
import { acceptRequestId, type Logger, runWithRequestId } from '@plantcommunity/telemetry';
import { withResponseHeaders } from '../answer-headers.ts';
import type { ApiConfig } from '../config.ts';
import type { ApiError } from '../errors/api-error.ts';
import { subjectOf } from '../rate-limit/subject.ts';
import type { Context, RequestContext, Services } from '../services.ts';
import { IDENTIFY_FIELDS } from '../v1/plant-identification/identify-options.ts';
import { PendingUpload } from './pending-upload.ts';

/** One request at the door, before anything of it is believed. */
export interface IncomingRequest {
  request: Request;
  requestId: string;
  /** Why it must not come in, if so. */
  rejection: HttpError | undefined;
  /** Its body, unread, as whoever takes photos reads it. */
  upload: PendingUpload;
}

/** What tRPC and REST share before and after a procedure is called. */
export interface RequestPipeline {
  config: ApiConfig;
  /** Runs `work` under the request's id and completes the headers of its answer. */
  handle(request: Request, work: (incoming: IncomingRequest) => Promise<Response>): Promise<Response>;
  createContext(incoming: IncomingRequest, answer: Pick<RequestContext, 'resHeaders' | 'successorOf'>): Context;
  /** Logs what is our fault. */
  report(error: ApiError, request: Request, path: string | undefined): void;
}

export function createRequestPipeline(
  services: Services,
  auth: Pick<Auth, 'claimedUser' | 'principalOf'>,
  logger: Logger,
): RequestPipeline {
  const { clock, config } = services;
  const uploadMemory = createUploadMemory(config.uploadMemoryBytes, clock);
  const form = { ...config.upload, ...IDENTIFY_FIELDS };
  const addressOf = (request: Request) => clientAddress(request.headers, config.proxyHops);

  return {
    config,

    handle(request, work) {
      const requestId = acceptRequestId(request.headers.get('x-request-id'));
      const { headers } = request;
      const { signal } = request;
      let memory: HeldMemory | undefined;
      const upload = new PendingUpload((given, admitted) => {
        const address = subjectOf(undefined, addressOf(request));
        memory = uploadMemory.hold(given ?? address, address);
        return readUpload(request.body, headers.get('content-type'), headers.get('content-length'), form, {
          admitted,
          signal,
          memory,
          clock,
          contentEncoding: headers.get('content-encoding'),
        });
      });
      return runWithRequestId(requestId, async () => {
        const refused = requestRefusal(request, config);
        try {
          const response = await work({ request, requestId, rejection: refused, upload });
          return withResponseHeaders(response, requestId);
        } finally {
          // The photos stay in memory until the request is answered.
          memory?.release();
        }
      });
    },

    createContext({ request, requestId, upload }, answer) {
      const headers = credentialHeaders(request, config);
      return {
        services,
        request: {
          requestId,
          trackProgress: request.headers.get('x-request-id') === requestId,
          authenticate: () => auth.principalOf(headers),
          reauthenticate: () => auth.principalOf(new Headers(headers)),
          claimedUser: () => auth.claimedUser(headers),
          address: addressOf(request),
          hasBearer: hasBearer(request.headers),
          signal: request.signal,
          ...(isUpload(request) && { upload }),
          ...answer,
        },
      };
    },

    report(error, request, path) {
      if (error.code !== 'internal') return;
      if (request.signal.aborted) logger.info({ path }, 'The caller left before the answer');
      else logger.error({ err: error.cause, path }, 'A call failed');
    },
  };
}

function isUpload({ headers }: Request): boolean {
  return /^\s*multipart\/form-data\s*(?:;|$)/i.test(headers.get('content-type') ?? '');
}
