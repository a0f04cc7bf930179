import type { Auth } from '@plantcommunity/auth';
import { clientAddress, parseJson, readSmallBody } from '@plantcommunity/http';
import { ApiError, notFound } from '../errors/api-error.ts';
import { errorResponse } from '../errors/problem.ts';
import { serviceUnavailable, toApiError } from '../errors/to-api-error.ts';
import { currentErrorPresenter } from '../middleware/namespace.ts';
import type { RequestPipeline } from '../middleware/request-pipeline.ts';
import type { Throttles } from '../rate-limit/throttles.ts';
import { withMethod } from '../rest/match.ts';
import { emailIn, isClientLog, isCredentialsCallback, isUnavailable, setsSession } from './credentials-callback.ts';

const POST = { method: 'POST' };
/** The methods that next-auth handles. */
const METHODS = [{ method: 'GET' }, POST];

/** next-auth's own request handler. */
export type NextAuth = (request: Request) => Promise<Response>;

/**
 * Serves `/api/auth` around next-auth. next-auth buffers bodies without a limit and throws on malformed JSON, so both
 * are checked first (at most 64 kB). It checks every password it receives, which costs us, so attempts are throttled.
 * On sign-out it only removes the cookie, so the session itself is ended here, before the response is sent.
 */
export function createNextAuthHandler(
  pipeline: RequestPipeline,
  throttles: Throttles,
  auth: Pick<Auth, 'endReplacedSession' | 'sessionCookie'>,
): (request: Request, nextAuth: NextAuth) => Promise<Response> {
  const { config, namespaces } = pipeline.services;

  async function tryPassword(request: Request, body: Buffer, nextAuth: NextAuth): Promise<Response> {
    const { headers } = request;
    const email = emailIn(headers.get('content-type'), body);
    const address = clientAddress(headers, config.proxyHops);
    return throttles.signIn({ email, address }, async (attempt) => {
      const response = await nextAuth(request);
      const failed = await isUnavailable(response);
      // A password that could not be checked does not count as wrong.
      if (failed || setsSession(response, auth.sessionCookie)) attempt.succeeded();
      if (failed) throw serviceUnavailable();
      return response;
    });
  }

  return (request, nextAuth) =>
    pipeline.handle(request, async ({ rejection, requestId }) => {
      const takesPasswords = isCredentialsCallback(request);
      const isAttempt = takesPasswords && request.method === 'POST';
      try {
        if (rejection !== undefined) throw rejection;
        if (isClientLog(request)) throw notFound();
        withMethod(request.method, takesPasswords ? [POST] : METHODS);
        requireCallbackUrl(request, config.appUrl);
        const body = await readBody(request);
        const read = withBody(request, body);
        const response = await (isAttempt ? tryPassword(read, body, nextAuth) : nextAuth(read));
        await auth.endReplacedSession(read.headers, response.headers);
        return response;
      } catch (thrown) {
        const error = toApiError(thrown);
        pipeline.report(error, request, new URL(request.url).pathname);
        const members = isAttempt ? loginPage(error, config.appUrl) : {};
        return errorResponse(error, currentErrorPresenter(namespaces), requestId, members);
      }
    });
}

/**
 * Rejects a `callbackUrl` that is neither http(s) nor a path, on which next-auth throws.
 * @throws {ApiError} `invalid_request`
 */
function requireCallbackUrl({ url }: Request, appUrl: URL): void {
  // next-auth uses the last of several, and ignores an empty one.
  const wanted = new URL(url).searchParams.getAll('callbackUrl').at(-1);
  if (!wanted) return;
  const address = URL.parse(wanted, wanted.startsWith('/') ? appUrl.origin : undefined);
  if (address === null || !/^https?:$/.test(address.protocol)) {
    throw new ApiError('invalid_request', 'The callbackUrl is not the address of a page.');
  }
}

/** @throws {HttpError} `invalid_request` for a body that is too large, or is malformed JSON */
async function readBody({ body: stream, headers }: Request): Promise<Buffer> {
  const body = await readSmallBody(stream);
  if (stream !== null && /application\/json/i.test(headers.get('content-type') ?? '')) parseJson(body);
  return body;
}

/** Returns a new request with the body. A framework's request may be a proxy, which `new Request` does not accept. */
function withBody({ body: stream, headers, method: sent, signal, url }: Request, body: Buffer): Request {
  // The server drops the body of a response to HEAD.
  const method = sent === 'HEAD' ? 'GET' : sent;
  return new Request(url, { method, headers, signal, ...(stream !== null && { body: new Uint8Array(body) }) });
}

/** next-auth's client reads the result of an attempt from the address of the page it should open. */
function loginPage({ code }: ApiError, appUrl: URL): { url: string } {
  return { url: new URL(`/login?error=${code}`, appUrl).href };
}
