import { readJsonBody } from '@plantcommunity/http';
import type { ZodType } from 'zod';
import { notFound } from '../errors/api-error.ts';
import { invalidRequest, toApiError } from '../errors/to-api-error.ts';
import { deprecationHeaders } from '../legacy/deprecation.ts';
import { applyDeprecation } from '../middleware/deprecation.ts';
import type { IncomingRequest, RequestPipeline } from '../middleware/request-pipeline.ts';
import { createCaller } from '../trpc/router.ts';
import { matchEndpoints } from './endpoints.ts';
import type { Match } from './match.ts';
import { createDocuments } from './openapi.ts';
import { errorResponse } from './problem.ts';
import type { RestResponse } from './registry.ts';
import { withMethod } from './with-method.ts';

/** REST over the same procedures: paths and methods in, statuses and the namespace's bodies out. */
export function createRestHandler(pipeline: RequestPipeline): (request: Request) => Promise<Response> {
  const documents = createDocuments(pipeline.config);

  return (request) =>
    pipeline.handle(request, async (incoming) => {
      const { pathname, searchParams } = new URL(request.url);
      const match = matchEndpoints(pathname);
      // Put into the answer as it is made: to change them there afterwards costs as much again.
      const headers: Record<string, string> = {};
      if (match?.namespace === 'legacy') {
        Object.assign(headers, deprecationHeaders(pipeline.config.legacy, match.v1Path));
      }
      const answered = await answer(match, incoming, pathname, searchParams, headers).catch((thrown: unknown) => {
        const error = toApiError(thrown);
        pipeline.report(error, request, pathname);
        const refusal = errorResponse(error, match?.namespace ?? 'v1', incoming.requestId);
        for (const name in headers) refusal.headers.set(name, headers[name] ?? '');
        return refusal;
      });
      return request.method === 'HEAD' ? new Response(null, answered) : answered;
    });

  async function answer(
    match: Match | undefined,
    incoming: IncomingRequest,
    pathname: string,
    query: URLSearchParams,
    headers: Record<string, string>,
  ): Promise<Response> {
    const { rejection, request, upload } = incoming;
    if (rejection !== undefined) throw rejection;
    const document = documents(pathname.replace(/\/$/, ''));
    if (document !== undefined) {
      withMethod(request.method, [{ method: 'GET' }]);
      return Response.json(document);
    }
    if (match === undefined) throw notFound();
    const { namespace, params, v1Path } = match;
    const endpoint = withMethod(request.method, match.endpoints);
    const set = (name: string, value: string) => {
      headers[name] = value;
    };
    const context = pipeline.createContext(incoming, { resHeaders: { set }, successorOf: () => v1Path });
    // The chain does it again, but a body of JSON is read before it.
    applyDeprecation(context, `${namespace}.`);
    const procedures = createCaller(context)[namespace];
    const json = <T>(shape: ZodType<T>) => readJson(request, shape);
    const called = await endpoint.call({ procedures, params, query: Object.fromEntries(query), upload, json });
    return toResponse(called, headers);
  }
}

async function readJson<T>({ body, headers }: Request, shape: ZodType<T>): Promise<T> {
  const { data, error } = shape.safeParse(await readJsonBody(body, headers.get('content-type')));
  if (error !== undefined) throw invalidRequest(error);
  return data;
}

function toResponse(answer: RestResponse, headers: Record<string, string>): Response {
  if ('json' in answer) return Response.json(answer.json, { status: answer.status, headers });
  if ('bytes' in answer) {
    const { bytes, status } = answer;
    return new Response(new Uint8Array(bytes), { status, headers: { ...headers, ...answer.headers } });
  }
  return new Response(null, { status: answer.status, headers });
}
