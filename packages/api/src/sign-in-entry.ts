import { ApiError } from './errors/api-error.ts';
import { toApiError } from './errors/to-api-error.ts';
import type { Gateway } from './gateway.ts';
import { errorResponse } from './rest/problem.ts';
import { readSmallBody } from './upload/small-body.ts';

/** Answers a request that came through our door. */
export type Answer = (request: Request) => Promise<Response>;

/**
 * Everything under `/api/auth`. What answers there reads a body to its end, however large, and fails on JSON that is
 * none: it is handed bodies of at most 64 kB, whose JSON can be read.
 */
export function createSignIn(gateway: Gateway): (request: Request, answer: Answer) => Promise<Response> {
  return (request, answer) =>
    gateway.visit(request, async ({ refused, requestId }) => {
      try {
        if (refused !== undefined) throw refused;
        return await answer(await withReadBody(request));
      } catch (thrown) {
        const error = toApiError(thrown);
        gateway.report(error, request, new URL(request.url).pathname);
        return errorResponse(error, 'v1', requestId);
      }
    });
}

/** Always a new one: what a framework hands its routes may be a proxy, of which no Request can be made. */
async function withReadBody({ body: stream, headers, method, signal, url }: Request): Promise<Request> {
  if (stream === null) return new Request(url, { method, headers, signal });
  const body = await readSmallBody(stream);
  if (/application\/json/i.test(headers.get('content-type') ?? '')) refuseNoJson(body);
  return new Request(url, { method, headers, signal, body: new Uint8Array(body) });
}

function refuseNoJson(body: Buffer): void {
  try {
    JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new ApiError('invalid_request', 'The request could not be read.', { cause });
  }
}
