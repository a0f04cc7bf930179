import { type Answer, beginAnswer, isHealth, isProblem, readAnswer } from './answer.ts';
import { retryAfterOf } from './api-error.ts';
import { ConnectionLost } from './client-error.ts';
import { type CallState, type Failure, isRunning, type RetryRules, retryDelay } from './retry.ts';
import { unlessAborted } from './unless-aborted.ts';
import type { UploadFetch, UploadWatch } from './upload-fetch.ts';

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

/** Says as whom the attempts of one call are sent. */
export interface Caller {
  /**
   * Returns the token of the next attempt; undefined for none.
   * @throws {ClientError} when the call must not be sent again
   */
  token(): Promise<string | undefined>;
  /** Returns another token after the API refused `token`; undefined if there is none. */
  tokenAfter(refused: string): Promise<string | undefined>;
}

export const ANONYMOUS: Caller = { token: async () => undefined, tokenAfter: async () => undefined };

interface SendOptions {
  /** As whom the request is sent; as the present caller if absent. */
  caller?: Caller;
  /** Whether a second attempt cannot do the same work twice. Without it GET, HEAD and an Idempotency-Key tell. */
  isRepeatable?: boolean;
  onUpload?: UploadWatch['onUpload'] | undefined;
  /** Returns the answer before its body has arrived. The request is not repeated when the body breaks off. */
  isStreamed?: boolean;
}

export type Send = (request: Request, options?: SendOptions) => Promise<Response>;

interface SendParts {
  environment: Environment;
  rules: RetryRules;
  /** Creates the `fetch` of an upload whose progress is reported. */
  uploadFetch: (watch: UploadWatch) => UploadFetch;
  /** Returns who makes a call that begins now. */
  presentCaller: () => Promise<Caller>;
}

/** A call, whose body can be sent several times. */
interface Call {
  request: Request;
  body: Blob | undefined;
  caller: Caller;
  onUpload: UploadWatch['onUpload'] | undefined;
  isStreamed: boolean;
}

interface State extends CallState {
  /** Whether a refused token was replaced. */
  isRenewed: boolean;
}

/**
 * Returns a function that sends a request with the caller's token, and again after a temporary failure. An access token
 * that the API refuses is replaced once. All attempts are those of the caller who began the call.
 * @throws {ConnectionLost} when the last attempt got no whole answer; the reason of the signal when it stops the call
 */
export function createSend({ environment, presentCaller, rules, uploadFetch }: SendParts): Send {
  async function attempt(call: Call, token: string | undefined): Promise<Answer> {
    const { body, isStreamed, onUpload, request } = call;
    const { headers, method, signal, url } = request;
    const authorized = new Headers(headers);
    if (token !== undefined) authorized.set('Authorization', `Bearer ${token}`);
    // Cookies would sign another account in than the token.
    const init = { method, headers: authorized, body: body ?? null, signal, credentials: 'omit' } as const;
    const progress = onUpload && body && catchErrors(onUpload);
    const fetch = progress ? uploadFetch({ onUpload: progress.report }) : environment.fetch;
    try {
      const response = await fetch(url, init);
      return await (isStreamed ? beginAnswer(response, request) : readAnswer(response, method));
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof ConnectionLost ? error : new ConnectionLost(error);
    } finally {
      progress?.rethrow();
    }
  }

  async function run(call: Call, token: string | undefined, state: State): Promise<Response> {
    const { caller, request } = call;
    const result = await attempt(call, token).catch((error: unknown) => {
      if (error instanceof ConnectionLost) return error;
      throw error;
    });
    const failure = failureOf(result);
    if (failure !== undefined) {
      if (token !== undefined && !state.isRenewed && isRefusedToken(failure)) {
        const next = await unlessAborted(request.signal, caller.tokenAfter(token));
        if (next !== undefined) return run(call, next, { ...state, isRenewed: true });
      }
      const delay = retryDelay(failure, state, rules, environment.random());
      if (delay !== undefined) {
        await environment.sleep(delay, request.signal);
        return run(call, await unlessAborted(request.signal, caller.token()), {
          ...state,
          attempts: state.attempts + (isRunning(failure) ? 0 : 1),
          waitedMs: state.waitedMs + delay,
        });
      }
    }
    if (result instanceof ConnectionLost) throw result;
    return result.response;
  }

  function failureOf(result: Answer | ConnectionLost): Failure | undefined {
    if (result instanceof ConnectionLost) return { type: 'connection_lost' };
    const { json, response } = result;
    if (response.ok || isHealth(json)) return undefined;
    const code = isProblem(json) ? json.code : undefined;
    const retryAfterMs = retryAfterOf(response.headers, environment.now());
    return { type: 'answered', status: response.status, code, retryAfterMs };
  }

  return async (request, options = {}) => {
    const { caller: given, isRepeatable = isRepeatedSafely(request), isStreamed = false, onUpload } = options;
    const { signal } = request;
    const caller = given ?? (await unlessAborted(signal, presentCaller()));
    const body = await unlessAborted(signal, request.blob());
    const call = { request, caller, body: body.size === 0 ? undefined : body, onUpload, isStreamed };
    const token = await unlessAborted(signal, caller.token());
    return run(call, token, { isRepeatable, attempts: 1, waitedMs: 0, isRenewed: false });
  };
}

/** Keeps an error of the caller's function from being taken for a lost connection, after which the upload is repeated. */
function catchErrors(onUpload: UploadWatch['onUpload']) {
  let caught: { error: unknown } | undefined;
  return {
    report: (sent: number, total: number) => {
      try {
        onUpload(sent, total);
      } catch (error) {
        caught ??= { error };
      }
    },
    rethrow: () => {
      if (caught !== undefined) throw caught.error;
    },
  };
}

function isRepeatedSafely({ headers, method }: Request): boolean {
  return method === 'GET' || method === 'HEAD' || headers.has('Idempotency-Key');
}

/** Whether the API refused the access token or the API key; a 401 with another code has another cause. */
function isRefusedToken(failure: Failure): boolean {
  return failure.type === 'answered' && failure.status === 401 && failure.code === 'invalid_token';
}
