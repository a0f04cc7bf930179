import { readJsonBody } from '@plantcommunity/http';
import { type AnyTRPCProcedure, type AnyTRPCRouter, callTRPCProcedure } from '@trpc/server';
import type { ZodType } from 'zod';
import { notFound } from '../errors/api-error.ts';
import { type ErrorPresenter, errorResponse } from '../errors/problem.ts';
import { invalidRequest, toApiError } from '../errors/to-api-error.ts';
import { deprecationHeaders, versionGone } from '../middleware/deprecation.ts';
import { proceduresOf, typeOf } from '../middleware/init.ts';
import { currentErrorPresenter } from '../middleware/namespace.ts';
import type { IncomingRequest, RequestPipeline } from '../middleware/request-pipeline.ts';
import type { Namespace, RestResponse } from './endpoint.ts';
import { allowedMethods, createMatcher, type Match, withMethod } from './match.ts';
import { createDocuments } from './openapi.ts';
import { type ByteStream, streamBody } from './stream-body.ts';

/** Every path answers OPTIONS with its methods. */
const OPTIONS = { method: 'OPTIONS' } as const;

/** Serves procedures over REST: maps paths and methods to them, and their outputs to statuses and bodies. */
export function createOpenApiHandler(
  pipeline: RequestPipeline,
  namespaces: readonly Namespace[],
  router: AnyTRPCRouter,
): (request: Request) => Promise<Response> {
  const { config } = pipeline.services;
  const documents = createDocuments(namespaces, config);
  const matcher = createMatcher(namespaces);
  const pathOf = procedurePaths(namespaces, router);

  return (request) =>
    pipeline.handle(request, async (incoming) => {
      const { pathname, searchParams } = new URL(request.url);
      const match = matcher.match(pathname);
      // Response headers are collected before the response is made: changing them afterwards costs as much again.
      const headers: Record<string, string> = {};
      const deprecated = match?.namespace.deprecated;
      if (deprecated !== undefined) {
        Object.assign(headers, deprecationHeaders(deprecated, config, deprecated.successor.basePath + match?.path));
      }
      const response = await respond(match, incoming, pathname, searchParams, headers).catch((thrown: unknown) => {
        const error = toApiError(thrown);
        pipeline.report(error, request, pathname);
        const refusal = errorResponse(error, errorPresenterAt(pathname, match), incoming.requestId);
        for (const name in headers) refusal.headers.set(name, headers[name] ?? '');
        return refusal;
      });
      if (request.method !== 'HEAD') return response;
      await response.body?.cancel();
      return new Response(null, response);
    });

  /** Unknown paths are answered like those of the namespace they lie in, unless it is deprecated. */
  function errorPresenterAt(pathname: string, match: Match | undefined): ErrorPresenter {
    if (match !== undefined) return match.namespace.presenter.error;
    const namespace = matcher.namespaceAt(pathname);
    if (namespace === undefined || namespace.deprecated !== undefined) return currentErrorPresenter(namespaces);
    return namespace.presenter.error;
  }

  async function respond(
    match: Match | undefined,
    incoming: IncomingRequest,
    pathname: string,
    searchParams: URLSearchParams,
    headers: Record<string, string>,
  ): Promise<Response> {
    const { rejection, request, upload } = incoming;
    const deprecated = match?.namespace.deprecated;
    if (match !== undefined && deprecated !== undefined) {
      const gone = versionGone(deprecated, pipeline.services);
      pipeline.countDeprecatedCalls(incoming, [{ route: match.declaredPath, isGone: gone !== undefined }]);
      if (gone !== undefined) throw gone;
    }
    if (rejection !== undefined) throw rejection;
    const document = documents(pathname.replace(/\/$/, ''));
    if (document !== undefined) {
      const methods = [{ method: 'GET' }, OPTIONS] as const;
      return withMethod(request.method, methods) === OPTIONS
        ? optionsResponse(methods, headers)
        : Response.json(document);
    }
    if (match === undefined) throw notFound();
    const methods = [...match.endpoints, OPTIONS];
    const endpoint = withMethod(request.method, methods);
    if (!('procedure' in endpoint)) return optionsResponse(methods, headers);
    const { procedure } = endpoint;
    const path = pathOf(procedure);
    const ctx = pipeline.createContext(incoming, {
      resHeaders: {
        set(name: string, value: string) {
          headers[name] = value;
        },
      },
    });
    const json = <T>(shape: ZodType<T>) => readJson(request, shape);
    const query = Object.fromEntries(searchParams);
    const output: unknown = await callTRPCProcedure({
      router,
      path,
      ctx,
      type: typeOf(procedure),
      // A JSON body is read after the checks of the middleware.
      getRawInput: async () => endpoint.input({ params: match.params, query, upload, json }),
      signal: undefined,
      batchIndex: 0,
    });
    return toResponse(endpoint.respond(output), match.namespace.basePath, headers, (stream) =>
      streamBody(stream, {
        clock: pipeline.services.clock,
        signal: request.signal,
        onFailure: (error) => pipeline.reportBrokenAnswer(error, pathname),
      }),
    );
  }
}

/** Returns a function that finds the full tRPC path of an endpoint's procedure. */
function procedurePaths(
  namespaces: readonly Namespace[],
  router: AnyTRPCRouter,
): (procedure: AnyTRPCProcedure) => string {
  const paths = new Map([...proceduresOf(router)].map(([path, procedure]) => [procedure, path]));
  const pathOf = (procedure: AnyTRPCProcedure) => {
    const path = paths.get(procedure);
    if (path === undefined) throw new Error('The procedure of an endpoint is not in its namespace');
    return path;
  };
  for (const { endpoints } of namespaces) for (const { procedure } of endpoints) pathOf(procedure);
  return pathOf;
}

async function readJson<T>({ body, headers }: Request, shape: ZodType<T>): Promise<T> {
  const { data, error } = shape.safeParse(await readJsonBody(body, headers.get('content-type')));
  if (error !== undefined) throw invalidRequest(error);
  return data;
}

function optionsResponse(methods: readonly { method: string }[], headers: Record<string, string>): Response {
  return new Response(null, { status: 204, headers: { ...headers, Allow: allowedMethods(methods) } });
}

async function toResponse(
  response: RestResponse,
  basePath: string,
  headers: Record<string, string>,
  bodyOf: (stream: ByteStream) => Promise<ReadableStream<Uint8Array>>,
): Promise<Response> {
  if ('json' in response) {
    const { json, location, status } = response;
    if (location !== undefined) headers['Location'] = basePath + location;
    return Response.json(json, { status, headers });
  }
  if ('bytes' in response) {
    const { bytes, status } = response;
    return new Response(new Uint8Array(bytes), { status, headers: { ...headers, ...response.headers } });
  }
  if ('stream' in response) {
    const { status, stream } = response;
    return new Response(await bodyOf(stream), { status, headers: { ...headers, ...response.headers } });
  }
  return new Response(null, { status: response.status, headers });
}
