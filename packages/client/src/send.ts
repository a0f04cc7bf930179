import { isProblem, retryAfterOf } from './api-error.ts';
import { ConnectionLost } from './client-error.ts';
import { type CallState, type Failure, isRunning, type RetryRules, retryDelay } from './retry.ts';
import { type UploadWatch, uploadFetch } from './upload-fetch.ts';

/** What the client takes from its surroundings. */
export interface Environment {
  fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  now: () => number;
  /** From 0 to 1. */
  random: () => number;
  /** Resolves after `ms` milliseconds; rejects with the reason of the signal. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Says who calls. */
export interface Authorization {
  /** Returns the token to send; undefined for anonymous calls. */
  token(): Promise<string | undefined>;
  /** Returns another token after the API refused `token`; undefined if there is none. */
  tokenAfter(refused: string): Promise<string | undefined>;
}

interface SendOptions {
  /** Whether a second attempt cannot do the same work twice. Without it GET, HEAD and an Idempotency-Key tell. */
  isRepeatable?: boolean;
  onUpload?: UploadWatch['onUpload'] | undefined;
}

export type Send = (request: Request, options?: SendOptions) => Promise<Response>;

/** A request whose body can be sent several times. */
interface Repeated {
  request: Request;
  body: Blob | undefined;
  onUpload: UploadWatch['onUpload'] | undefined;
}

/**
 * Returns a function that sends a request with the caller's token, and again after a temporary failure. An access token
 * that the API refuses is replaced once.
 * @throws {ConnectionLost} when the last attempt got no whole answer; the reason of the signal when it stops the call
 */
export function createSend(environment: Environment, rules: RetryRules, authorization?: Authorization): Send {
  async function attempt(sent: Repeated, token: string | undefined): Promise<Response> {
    const { body, onUpload, request } = sent;
    const { headers, method, signal, url } = request;
    const authorized = new Headers(headers);
    if (token !== undefined) authorized.set('Authorization', `Bearer ${token}`);
    // Cookies would sign another account in than the token.
    const init = { method, headers: authorized, body: body ?? null, signal, credentials: 'omit' } as const;
    const fetch = onUpload && body ? uploadFetch({ onUpload }, environment.fetch) : environment.fetch;
    try {
      const response = await fetch(url, init);
      // Read here, so that an answer that breaks off is a failed attempt.
      const bytes = await response.arrayBuffer();
      const { status, statusText } = response;
      return new Response(bytes.byteLength === 0 ? null : bytes, { status, statusText, headers: response.headers });
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof ConnectionLost ? error : new ConnectionLost(error);
    }
  }

  async function call(sent: Repeated, token: string | undefined, state: CallState): Promise<Response> {
    const result = await attempt(sent, token).catch((error: unknown) => {
      if (error instanceof ConnectionLost) return error;
      throw error;
    });
    const failure = await failureOf(result);
    if (failure !== undefined) {
      const delay = retryDelay(failure, state, rules, environment.random());
      if (delay !== undefined) {
        await environment.sleep(delay, sent.request.signal);
        return call(sent, await authorization?.token(), {
          ...state,
          attempts: state.attempts + (isRunning(failure) ? 0 : 1),
          waitedMs: state.waitedMs + delay,
        });
      }
    }
    if (result instanceof Response) return result;
    throw result;
  }

  async function failureOf(result: Response | ConnectionLost): Promise<Failure | undefined> {
    if (result instanceof ConnectionLost) return { type: 'connection_lost' };
    const { headers, ok, status } = result;
    if (ok) return undefined;
    const body: unknown = await result
      .clone()
      .json()
      .catch(() => undefined);
    const isJson = body !== undefined;
    // An answer of the API that is no error, such as that of a degraded service.
    if (isJson && !isProblem(body)) return undefined;
    const code = isProblem(body) ? body.code : undefined;
    return { type: 'answered', status, code, retryAfterMs: retryAfterOf(headers, environment.now()) };
  }

  return async (request, { isRepeatable = isRepeatedSafely(request), onUpload } = {}) => {
    const body = await request.blob();
    const sent = { request, body: body.size === 0 ? undefined : body, onUpload };
    const state = { isRepeatable, attempts: 1, waitedMs: 0 };
    const token = await unlessAborted(request.signal, authorization?.token());
    const response = await call(sent, token, state);
    if (response.status !== 401 || token === undefined) return response;
    const next = await unlessAborted(request.signal, authorization?.tokenAfter(token));
    return next === undefined ? response : call(sent, next, state);
  };
}

function isRepeatedSafely({ headers, method }: Request): boolean {
  return method === 'GET' || method === 'HEAD' || headers.has('Idempotency-Key');
}

/** Resolves like the promise; rejects with the reason of the signal as soon as it aborts. */
function unlessAborted<T>(signal: AbortSignal, promise: Promise<T> | undefined): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      const reason: unknown = signal.reason;
      reject(reason);
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    (promise ?? Promise.resolve(undefined))
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}
