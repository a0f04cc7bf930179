import { parseJson, readSmallBody } from '@plantcommunity/http';
import { type AnyTRPCRouter, getTRPCErrorShape, TRPCError } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { ApiError } from '../errors/api-error.ts';
import { toApiError } from '../errors/to-api-error.ts';
import { deprecationHeaders, procedureGone } from '../middleware/deprecation.ts';
import { metaOf, proceduresOf, TRPC_ENDPOINT, trpcPath } from '../middleware/init.ts';
import { namespaceOf } from '../middleware/namespace.ts';
import type { PendingUpload } from '../middleware/pending-upload.ts';
import type { IncomingRequest, RequestPipeline } from '../middleware/request-pipeline.ts';

/** Maximum number of calls in one HTTP request; each counts against the limits. */
const MAX_BATCH = 20;
/** The methods that tRPC handles. */
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST'];

/** Serves tRPC over fetch. Bodies are read by procedures, with a cap, instead of by tRPC. */
export function createTrpcHandler(
  pipeline: RequestPipeline,
  router: AnyTRPCRouter,
): (request: Request) => Promise<Response> {
  const isPublic = publicPaths(router);
  const deprecationOf = deprecationReader(pipeline.services, router);
  const {
    _def: { _config: config },
  } = router;

  return (request) =>
    pipeline.handle(request, async (incoming) => {
      const paths = calledPaths(request);
      const { deprecated, headers } = deprecationOf(paths);
      const calls = deprecated.map((path) => ({
        route: trpcPath(path),
        isGone: procedureGone(pipeline.services, path) !== undefined,
      }));
      pipeline.countDeprecatedCalls(incoming, calls);
      const gone = calls.filter(({ isGone }) => isGone);
      const response = gone.length === paths.length ? refuse(incoming, paths) : await call(incoming);
      for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
      return response;
    });

  function call(incoming: IncomingRequest): Response | Promise<Response> {
    const { rejection, request, upload } = incoming;
    if (request.method === 'OPTIONS' && rejection === undefined) {
      return new Response(null, { status: 204, headers: { Allow: `${METHODS.join(', ')}, OPTIONS` } });
    }
    return fetchRequestHandler({
      endpoint: TRPC_ENDPOINT,
      router,
      req: METHODS.includes(request.method) ? new ApiRequest(request, upload) : withoutBody(request),
      maxBatchSize: MAX_BATCH,
      createContext: ({ info, resHeaders }) => {
        if (rejection !== undefined) throw rejection;
        rejectRepeats(info.calls.map(({ path }) => path).filter((path) => isPublic.has(path)));
        return pipeline.createContext(incoming, { resHeaders });
      },
      responseMeta: ({ errors, type }) => ({ headers: headersOf(errors.map(toApiError), type) }),
      onError: ({ error, path }) => pipeline.report(toApiError(error), request, path),
    });
  }

  /**
   * Answers a request of which every call is gone, with any method and body. tRPC would answer a stream with 200, and would
   * look at the method first.
   */
  function refuse(incoming: IncomingRequest, paths: readonly string[]): Response {
    const { request } = incoming;
    const ctx = pipeline.createContext(incoming, { resHeaders: new Headers() });
    const bodyOf = (path = '') => {
      const error = new TRPCError({ code: 'NOT_FOUND', cause: procedureGone(pipeline.services, path) });
      const shape: unknown = getTRPCErrorShape({ config, error, path, ctx, type: 'unknown', input: undefined });
      return { error: shape };
    };
    // One error answers all calls of a batch that tRPC would refuse as a whole, and of a client that asked for a stream.
    const isStream = request.headers.get('trpc-accept') === 'application/jsonl';
    const isList = isBatch(request) && paths.length <= MAX_BATCH && !isStream;
    return Response.json(isList ? paths.map(bodyOf) : bodyOf(paths[0]), { status: 410 });
  }
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

function isBatch({ url }: Request): boolean {
  return new URL(url).searchParams.get('batch') === '1';
}

/** Returns the full tRPC path of each call of a request, as tRPC reads them: also of unknown procedures. */
function calledPaths(request: Request): string[] {
  const { pathname } = new URL(request.url);
  const called = decoded(pathname.slice(TRPC_ENDPOINT.length).replaceAll(/^\/|\/$/g, ''));
  return isBatch(request) ? called.split(',') : [called];
}

/** Decodes a path; one that cannot be decoded names no procedure. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * Returns a function that finds the deprecated calls among the called paths, with the deprecation headers of the request.
 * One deprecated call of a batch is enough for them; `Link` then names the successor of each. They follow from the path,
 * so that errors before a call and responses that are sent as a stream have them, too.
 */
function deprecationReader(
  { config, namespaces }: RequestPipeline['services'],
  router: AnyTRPCRouter,
): (paths: readonly string[]) => { deprecated: readonly string[]; headers: Record<string, string> } {
  const procedures = proceduresOf(router);
  return (paths) => {
    const calls = paths.flatMap((path) => {
      const deprecated = procedures.has(path) ? namespaceOf(namespaces, path)?.deprecated : undefined;
      return deprecated === undefined ? [] : [{ path, deprecated }];
    });
    const [first] = calls;
    if (first === undefined) return { deprecated: [], headers: {} };
    const successors = calls.map(({ deprecated: { successor }, path }) =>
      trpcPath(`${successor.name}.${withoutNamespace(path)}`),
    );
    return {
      deprecated: calls.map(({ path }) => path),
      headers: deprecationHeaders(first.deprecated, config, ...new Set(successors)),
    };
  };
}

function withoutNamespace(procedurePath: string): string {
  return procedurePath.slice(procedurePath.indexOf('.') + 1);
}

/** Returns the headers of errors; in a batch the last error with a header wins. */
function headersOf(errors: readonly ApiError[], type: string): Headers {
  const headers = new Headers();
  for (const error of errors) {
    for (const [name, value] of Object.entries(error.headers)) headers.set(name, value);
    if (error.code === 'method_not_allowed') headers.set('Allow', type === 'mutation' ? 'POST' : 'GET');
  }
  return headers;
}
