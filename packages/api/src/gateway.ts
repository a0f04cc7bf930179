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
import { withAnswerHeaders } from './answer-headers.ts';
import type { ApiConfig } from './config.ts';
import type { Context, Parts, RequestFacts } from './context.ts';
import type { ApiError } from './errors/api-error.ts';
import { subjectOf } from './limits/subject.ts';
import { IDENTIFY_FIELDS } from './upload/identify-options.ts';
import { PendingUpload } from './upload/pending-upload.ts';

/** One request at the door, before anything of it is believed. */
export interface Visit {
  request: Request;
  requestId: string;
  /** Why it must not come in, if so. */
  refused: HttpError | undefined;
  /** Its body, unread, as whoever takes photos reads it. */
  upload: PendingUpload;
}

/** What tRPC and REST share before and after a procedure is called. */
export interface Gateway {
  config: ApiConfig;
  /** Runs `work` under the request's id and completes the headers of its answer. */
  visit(request: Request, work: (visit: Visit) => Promise<Response>): Promise<Response>;
  context(visit: Visit, answer: Pick<RequestFacts, 'resHeaders' | 'successorOf'>): Context;
  /** Logs what is our fault. */
  report(error: ApiError, request: Request, path: string | undefined): void;
}

export function createGateway(parts: Parts, auth: Pick<Auth, 'claimedUser' | 'principalOf'>, logger: Logger): Gateway {
  const { clock, config } = parts;
  const uploadMemory = createUploadMemory(config.uploadMemoryBytes, clock);
  const form = { ...config.upload, ...IDENTIFY_FIELDS };
  const addressOf = (request: Request) => clientAddress(request.headers, config.proxyHops);

  return {
    config,

    visit(request, work) {
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
          const response = await work({ request, requestId, refused, upload });
          return withAnswerHeaders(response, requestId);
        } finally {
          // The photos stay in memory until the request is answered.
          memory?.release();
        }
      });
    },

    context({ request, requestId, upload }, answer) {
      const headers = credentialHeaders(request, config);
      return {
        parts,
        request: {
          requestId,
          isFollowed: request.headers.get('x-request-id') === requestId,
          authenticate: () => auth.principalOf(headers),
          authenticateAgain: () => auth.principalOf(new Headers(headers)),
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
