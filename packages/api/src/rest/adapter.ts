import { ApiError, notFound } from '../errors/api-error.ts';
import { toApiError } from '../errors/to-api-error.ts';
import type { Gateway, Visit } from '../gateway.ts';
import { deprecationHeaders } from '../legacy/deprecation.ts';
import { createCaller } from '../router.ts';
import { endpoints } from './endpoints.ts';
import { createMatcher, type Match } from './match.ts';
import { createDocuments } from './openapi.ts';
import { errorResponse } from './problem.ts';
import type { Answer } from './registry.ts';

/** REST over the same procedures: paths and methods in, statuses and the namespace's bodies out. */
export function createRest(gateway: Gateway): (request: Request) => Promise<Response> {
  const documents = createDocuments(gateway.config);
  const matchPath = createMatcher(endpoints);

  return (request) =>
    gateway.visit(request, async (visit) => {
      const { pathname, searchParams } = new URL(request.url);
      const match = matchPath(pathname);
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
    const procedures = createCaller(gateway.context(visit, () => v1Path))[namespace];
    return toResponse(await endpoint.call({ procedures, params, query: Object.fromEntries(query), upload }));
  }
}

/** The one of these that takes the method; what answers GET answers HEAD. @throws {ApiError} 405 */
function withMethod<T extends { method: string }>(method: string, here: readonly T[]): T {
  const found = here.find((candidate) => candidate.method === (method === 'HEAD' ? 'GET' : method));
  if (found !== undefined) return found;
  const allowed = here.flatMap((candidate) => (candidate.method === 'GET' ? ['GET', 'HEAD'] : [candidate.method]));
  throw new ApiError('method_not_allowed', `Method "${method}" not allowed.`, {
    headers: { Allow: allowed.join(', ') },
  });
}

function toResponse(answer: Answer): Response {
  return 'json' in answer
    ? Response.json(answer.json, { status: answer.status })
    : new Response(new Uint8Array(answer.bytes), { status: answer.status, headers: answer.headers });
}
