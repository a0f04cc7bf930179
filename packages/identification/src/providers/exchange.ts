import type { Clock } from '@plantcommunity/resilience';
import { ProviderError, type ProviderName } from '../types.ts';
import { readCapped } from './capped-body.ts';
import { ExchangeError } from './exchange-fault.ts';

/** Answers of both services are some 10 to 100 kB. */
export const MAX_ANSWER_BYTES = 2 * 1024 * 1024;

export interface ExchangeRequest {
  url: URL;
  headers?: Readonly<Record<string, string>>;
  /** Makes it a POST. */
  payload?: { contentType: string; bytes: Uint8Array };
  /** Of this exchange, when it has less than the usual time. */
  timeoutMs?: number;
}

/** Any complete answer that is no redirect, whatever its status. */
export interface Reply {
  status: number;
  headers: Headers;
  text: string;
}

/** @throws {ProviderError} `failed` or `timeout`, and whatever aborts `signal`. */
export type Exchange = (request: ExchangeRequest, signal: AbortSignal) => Promise<Reply>;

/** One request, one answer: capped in time and size, never redirected, never repeated. */
export function createExchange(options: { provider: ProviderName; timeoutMs: number; clock: Clock }): Exchange {
  const { provider, clock } = options;
  return async (request, signal) => {
    signal.throwIfAborted();
    const timeoutMs = Math.min(request.timeoutMs ?? options.timeoutMs, options.timeoutMs);
    const deadline = new AbortController();
    const cancel = clock.setTimeout(() => deadline.abort(), timeoutMs);
    try {
      const response = await fetch(request.url, fetchOptions(request, AbortSignal.any([signal, deadline.signal])));
      if (response.status >= 300 && response.status < 400) {
        await response.body?.cancel();
        throw new ExchangeError('redirect', `answered ${response.status}`);
      }
      const text = await readCapped(response.body, MAX_ANSWER_BYTES);
      return { status: response.status, headers: response.headers, text };
    } catch (error) {
      signal.throwIfAborted();
      if (deadline.signal.aborted) throw new ProviderError(provider, 'timeout', `no answer within ${timeoutMs} ms`);
      const cause = error instanceof ExchangeError ? error : ExchangeError.fromConnectionError(error);
      throw new ProviderError(provider, 'failed', `${cause.code}: ${cause.message}`, { cause });
    } finally {
      cancel();
    }
  };
}

/** A streamed body needs `duplex`, which the type of browsers does not know. */
type FetchOptions = RequestInit & { duplex?: 'half' };

function fetchOptions({ headers, payload }: ExchangeRequest, signal: AbortSignal): FetchOptions {
  const shared: FetchOptions = { redirect: 'manual', signal };
  if (!payload) return { ...shared, headers: { Accept: 'application/json', ...headers } };
  return {
    ...shared,
    method: 'POST',
    headers: {
      Accept: 'application/json',
      'Content-Type': payload.contentType,
      'Content-Length': String(payload.bytes.byteLength),
      ...headers,
    },
    // A stream, because fetch sends a body that it can read again a second time after a 421: that would be paid twice.
    body: streamOnce(payload.bytes),
    duplex: 'half',
  };
}

function streamOnce(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
