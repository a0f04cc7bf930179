import type { Auth } from '@plantcommunity/auth';
import { clientAddress, parseJson, readSmallBody } from '@plantcommunity/http';
import { type ApiError, notFound } from '../errors/api-error.ts';
import { serviceUnavailable, toApiError } from '../errors/to-api-error.ts';
import type { RequestPipeline } from '../middleware/request-pipeline.ts';
import type { Throttles } from '../rate-limit/throttles.ts';
import { errorResponse } from '../rest/problem.ts';
import { withMethod } from '../rest/with-method.ts';
import { requireCallbackUrl } from './callback-url.ts';
import { bringsSession, emailIn, isClientLog, isCredentialsCallback, isUnavailable } from './credentials-callback.ts';

const POST = { method: 'POST' };
/** All that next-auth knows. */
const METHODS = [{ method: 'GET' }, POST];

/** Answers a request that came through our door. */
export type NextAuth = (request: Request) => Promise<Response>;

/**
 * Everything under `/api/auth`. What answers there reads a body to its end, however large, and fails on JSON that is
 * none: it is handed bodies of at most 64 kB, whose JSON can be read. It also checks every password it is sent, at our
 * cost: it is handed as many tries as the throttle lets through. On sign-out it only removes the cookie; the session
 * itself is ended here, before the answer is sent.
 */
export function createNextAuthHandler(
  pipeline: RequestPipeline,
  throttles: Throttles,
  auth: Pick<Auth, 'endReplacedSession' | 'sessionCookie'>,
): (request: Request, answer: NextAuth) => Promise<Response> {
  async function tryPassword(request: Request, body: Buffer, answer: NextAuth): Promise<Response> {
    const { headers } = request;
    const email = emailIn(headers.get('content-type'), body);
    const address = clientAddress(headers, pipeline.config.proxyHops);
    return throttles.signIn({ email, address }, async (attempt) => {
      const answered = await answer(request);
      const failed = await isUnavailable(answered);
      // A password that could not be checked does not count as wrong.
      if (failed || bringsSession(answered, auth.sessionCookie)) attempt.succeeded();
      if (failed) throw serviceUnavailable();
      return answered;
    });
  }

  return (request, answer) =>
    pipeline.handle(request, async ({ rejection, requestId }) => {
      const takesPasswords = isCredentialsCallback(request);
      const isTry = takesPasswords && request.method === 'POST';
      try {
        if (rejection !== undefined) throw rejection;
        if (isClientLog(request)) throw notFound();
        withMethod(request.method, takesPasswords ? [POST] : METHODS);
        requireCallbackUrl(request, pipeline.config.appUrl);
        const body = await readBody(request);
        const read = withBody(request, body);
        const answered = await (isTry ? tryPassword(read, body, answer) : answer(read));
        await auth.endReplacedSession(read.headers, answered.headers);
        return answered;
      } catch (thrown) {
        const error = toApiError(thrown);
        pipeline.report(error, request, new URL(request.url).pathname);
        return errorResponse(error, 'v1', requestId, isTry ? forNextAuth(error, pipeline.config.appUrl) : {});
      }
    });
}

/** @throws {ApiError} `invalid_request` for a body that is too large, or JSON that is none */
async function readBody({ body: stream, headers }: Request): Promise<Buffer> {
  const body = await readSmallBody(stream);
  if (stream !== null && /application\/json/i.test(headers.get('content-type') ?? '')) parseJson(body);
  return body;
}

/** Always a new one: what a framework hands its routes may be a proxy, of which no Request can be made. */
function withBody({ body: stream, headers, method: asked, signal, url }: Request, body: Buffer): Request {
  // Whoever serves us leaves the body of an answer to HEAD away.
  const method = asked === 'HEAD' ? 'GET' : asked;
  return new Request(url, { method, headers, signal, ...(stream !== null && { body: new Uint8Array(body) }) });
}

/** next-auth's client reads the outcome of a try from the address of the page it would be led to. */
function forNextAuth({ code }: ApiError, appUrl: URL): { url: string } {
  return { url: new URL(`/login?error=${code}`, appUrl).href };
}
