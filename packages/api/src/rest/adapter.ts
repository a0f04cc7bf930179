import type { ZodType } from 'zod';
import { markLegacy } from '../chain/legacy.ts';
import { notFound } from '../errors/api-error.ts';
import { invalidRequest, toApiError } from '../errors/to-api-error.ts';
import type { Gateway, Visit } from '../gateway.ts';
import { deprecationHeaders } from '../legacy/deprecation.ts';
import { createCaller } from '../router.ts';
import { readJsonBody } from '../upload/json-body.ts';
import { matchEndpoints } from './endpoints.ts';
import type { Match } from './match.ts';
import { createDocuments } from './openapi.ts';
import { errorResponse } from './problem.ts';
import type { Answer } from './registry.ts';
import { withMethod } from './with-method.ts';

/** REST over the same procedures: paths and methods in, statuses and the namespace's bodies out. */
export function createRest(gateway: Gateway): (request: Request) => Promise<Response> {
  const documents = createDocuments(gateway.config);

  return (request) =>
    gateway.visit(request, async (visit) => {
      const { pathname, searchParams } = new URL(request.url);
      const match = matchEndpoints(pathname);
      if (match?.namespace === 'legacy') {
        const headers = deprecationHeaders(gateway.config.legacy, match.v1Path);
        for (const [name, value] of Object.entries(headers)) visit.resHeaders.set(name, value);
      }
      const answered = await answer(match, visit, pathname, searchParams).catch((thrown: unknown) => {
        const error = toApiError(thrown);
        gateway.report(error, request, pathname);
        return errorResponse(error, match?.namespace ?? 'v1', visit.requestId);
      });
      for (const [name, value] of visit.resHeaders) answered.headers.set(name, value);
      return request.method === 'HEAD' ? new Response(null, answered) : answered;
    });

  async function answer(match: Match | undefined, visit: Visit, pathname: string, query: URLSearchParams) {
    const { refused, request, upload } = visit;
    if (refused !== undefined) throw refused;
    const document = documents(pathname.replace(/\/$/, ''));
    if (document !== undefined) {
      withMethod(request.method, [{ method: 'GET' }]);
      return Response.json(document);
    }
    if (match === undefined) throw notFound();
    const { namespace, params, v1Path } = match;
    const endpoint = withMethod(request.method, match.endpoints);
    const context = gateway.context(visit, () => v1Path);
    // The chain does it again, but a body of JSON is read before it.
    markLegacy(context, `${namespace}.`);
    const procedures = createCaller(context)[namespace];
    const json = <T>(shape: ZodType<T>) => readJson(request, shape);
    return toResponse(await endpoint.call({ procedures, params, query: Object.fromEntries(query), upload, json }));
  }
}

async function readJson<T>({ body, headers }: Request, shape: ZodType<T>): Promise<T> {
  const { data, error } = shape.safeParse(await readJsonBody(body, headers.get('content-type')));
  if (error !== undefined) throw invalidRequest(error);
  return data;
}

function toResponse(answer: Answer): Response {
  if ('json' in answer) return Response.json(answer.json, { status: answer.status });
  if ('bytes' in answer) return new Response(new Uint8Array(answer.bytes), answer);
  return new Response(null, answer);
}
