import { parseJson, readSmallBody } from '@plantcommunity/http';
import type { AnyTRPCRouter } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { ApiError } from '../errors/api-error.ts';
import { toApiError } from '../errors/to-api-error.ts';
import { deprecationHeaders } from '../middleware/deprecation.ts';
import { metaOf, proceduresOf, TRPC_ENDPOINT, trpcPath } from '../middleware/init.ts';
import { namespaceOf } from '../middleware/namespace.ts';
import type { PendingUpload } from '../middleware/pending-upload.ts';
import type { RequestPipeline } from '../middleware/request-pipeline.ts';

/** Maximum number of calls in one HTTP request; each counts against the limits. */
const MAX_BATCH = 20;

/** Serves tRPC over fetch. Bodies are read by procedures, with a cap, instead of by tRPC. */
export function createTrpcHandler(
  pipeline: RequestPipeline,
  router: AnyTRPCRouter,
): (request: Request) => Promise<Response> {
  const isPublic = publicPaths(router);
  const deprecationOf = deprecationReader(pipeline.services, router);
  return (request) =>
    pipeline.handle(request, (incoming) => {
      const deprecation = deprecationOf(request);
      return fetchRequestHandler({
        endpoint: TRPC_ENDPOINT,
        router,
        req: hasKnownMethod(request) ? new ApiRequest(request, incoming.upload) : withoutBody(request),
        maxBatchSize: MAX_BATCH,
        createContext: ({ info, resHeaders }) => {
          if (incoming.rejection !== undefined) throw incoming.rejection;
          const paths = info.calls.map(({ path }) => path);
          rejectRepeats(paths.filter((path) => isPublic.has(path)));
          return pipeline.createContext(incoming, { resHeaders, declaredPath: trpcPath });
        },
        responseMeta: ({ errors, type }) => ({ headers: headersOf(errors.map(toApiError), type, deprecation) }),
        onError: ({ error, path }) => pipeline.report(toApiError(error), request, path),
      });
    });
}

/** The request handed to tRPC: its upload is read by the procedure that takes it, its JSON only up to 64 kB. */
class ApiRequest extends Request {
  override readonly formData: () => Promise<FormData>;
  override readonly json: () => Promise<unknown>;

  constructor(original: Request, upload: PendingUpload) {
    super(original.url, { method: original.method, headers: original.headers, signal: original.signal });
    this.formData = async () => upload;
    this.json = async () => parseJson(await readSmallBody(original.body));
  }
}

/** Whether tRPC handles the method. */
function hasKnownMethod({ method }: Request): boolean {
  return ['GET', 'HEAD', 'POST'].includes(method);
}

/** tRPC chooses a body reader before it rejects the method, so it gets an empty JSON body, which it does not read. */
function withoutBody({ method, url }: Request): Request {
  return new Request(url, { method, headers: { 'Content-Type': 'application/json' } });
}

/** Returns the paths of procedures that need no sign-in. */
function publicPaths(router: AnyTRPCRouter): ReadonlySet<string> {
  const procedures = [...proceduresOf(router)];
  return new Set(
    procedures.filter(([path, procedure]) => metaOf(procedure, path).policy === 'public').map(([path]) => path),
  );
}

/**
 * Rejects a batch that calls a public procedure more than once, in any namespace: one unauthenticated request could
 * otherwise cost twenty calls. @throws {ApiError} `invalid_request`
 */
function rejectRepeats(publicCalls: readonly string[]): void {
  const names = publicCalls.map(withoutNamespace);
  if (new Set(names).size === names.length) return;
  throw new ApiError('invalid_request', 'A batch may call each public procedure at most once.');
}

/**
 * Returns a function that makes the deprecation headers of a request. One deprecated call of a batch is enough for them;
 * `Link` then names the successor of each. They follow from the path, so that errors before a call and responses that are
 * sent as a stream have them, too.
 */
function deprecationReader(
  { config, namespaces }: RequestPipeline['services'],
  router: AnyTRPCRouter,
): (request: Request) => Record<string, string> {
  const procedures = proceduresOf(router);
  return ({ url }) => {
    const { pathname, searchParams } = new URL(url);
    const called = pathname.slice(TRPC_ENDPOINT.length).replaceAll(/^\/|\/$/g, '');
    const paths = searchParams.get('batch') === '1' ? called.split(',') : [called];
    const calls = paths.flatMap((path) => {
      const deprecated = procedures.has(path) ? namespaceOf(namespaces, path)?.deprecated : undefined;
      return deprecated === undefined ? [] : [{ path, deprecated }];
    });
    const [first] = calls;
    if (first === undefined) return {};
    const successors = calls.map(({ deprecated: { successor }, path }) =>
      trpcPath(`${successor.name}.${withoutNamespace(path)}`),
    );
    return deprecationHeaders(first.deprecated, config, ...new Set(successors));
  };
}

function withoutNamespace(procedurePath: string): string {
  return procedurePath.slice(procedurePath.indexOf('.') + 1);
}

/** Returns the headers of the errors beside `others`; in a batch the last error with a header wins. */
function headersOf(errors: readonly ApiError[], type: string, others: Record<string, string>): Headers {
  const headers = new Headers(others);
  for (const error of errors) {
    for (const [name, value] of Object.entries(error.headers)) headers.set(name, value);
    if (error.code === 'method_not_allowed') headers.set('Allow', type === 'mutation' ? 'POST' : 'GET');
  }
  return headers;
}
