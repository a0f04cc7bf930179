import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { ApiError } from '../errors/api-error.ts';
import { toApiError } from '../errors/to-api-error.ts';
import type { RequestPipeline } from '../middleware/request-pipeline.ts';
import { isMeta, proceduresOf } from '../rest/routes.ts';
import { ApiRequest } from './api-request.ts';
import { appRouter } from './router.ts';

const ENDPOINT = '/api/trpc';
/** Calls in one HTTP request; each is counted by itself. */
const MAX_BATCH = 20;

const NAMESPACE = /^(v1|legacy)\./;

/** Paths of the procedures that need no sign-in. */
const PUBLIC: ReadonlySet<string> = new Set(
  [...proceduresOf(appRouter)].flatMap(([path, { _def }]) => {
    const meta: unknown = _def.meta;
    return isMeta(meta) && meta.policy === 'public' ? [path] : [];
  }),
);

/** tRPC over fetch, handed a request whose body is read late and with a cap. */
export function createTrpcHandler(pipeline: RequestPipeline): (request: Request) => Promise<Response> {
  return (request) =>
    pipeline.handle(request, (incoming) =>
      fetchRequestHandler({
        endpoint: ENDPOINT,
        router: appRouter,
        req: isKnown(request) ? new ApiRequest(request, incoming.upload) : withoutBody(request),
        maxBatchSize: MAX_BATCH,
        createContext: ({ info, resHeaders }) => {
          if (incoming.rejection !== undefined) throw incoming.rejection;
          refuseRepeats(info.calls.map(({ path }) => path));
          return pipeline.createContext(incoming, { resHeaders, successorOf });
        },
        responseMeta: ({ errors, type }) => ({ headers: headersOf(errors.map(toApiError), type) }),
        onError: ({ error, path }) => pipeline.report(toApiError(error), request, path),
      }),
    );
}

/** Whether tRPC has a use for the method. */
function isKnown({ method }: Request): boolean {
  return ['GET', 'HEAD', 'POST'].includes(method);
}

/** tRPC looks for a reader of the body before it looks at the method: as empty JSON, which nobody reads, it is let by. */
function withoutBody({ method, url }: Request): Request {
  return new Request(url, { method, headers: { 'Content-Type': 'application/json' } });
}

/**
 * Refuses a batch that calls a public procedure more than once, under either namespace: one unauthenticated request
 * could otherwise cost twenty calls. @throws {ApiError} `invalid_request`
 */
function refuseRepeats(paths: readonly string[]): void {
  const names = paths.filter((path) => PUBLIC.has(path)).map((path) => path.replace(NAMESPACE, ''));
  if (new Set(names).size === names.length) return;
  throw new ApiError('invalid_request', 'A batch may call each public procedure at most once.');
}

const successorOf = (path: string) => `${ENDPOINT}/${path.replace(/^legacy\./, 'v1.')}`;

/** Headers travel with the errors; in a batch the last one of a name holds. */
function headersOf(errors: readonly ReturnType<typeof toApiError>[], type: string): Headers {
  const headers = new Headers();
  for (const error of errors) {
    for (const [name, value] of Object.entries(error.headers)) headers.set(name, value);
    if (error.code === 'method_not_allowed') headers.set('Allow', type === 'mutation' ? 'POST' : 'GET');
  }
  return headers;
}
