import type { Clock } from '@plantcommunity/resilience';
import { redactAndCut, traceHeaders } from '@plantcommunity/telemetry';
import type { ZodType } from 'zod';
import type { ProviderName, RejectedPart } from '../types.ts';
import { plainText } from './plain-text.ts';
import { ExchangeError, ProviderError, type ProviderErrorType } from './provider-error.ts';

/** Maximum size of an answer; answers of both services are 10 to 100 kB. */
export const MAX_ANSWER_BYTES = 2 * 1024 * 1024;

export interface ExchangeRequest {
  url: URL;
  headers?: Readonly<Record<string, string>>;
  /** Makes the request a POST. */
  payload?: { contentType: string; bytes: Uint8Array };
  /** Of a request without a payload; GET unless given. */
  method?: 'DELETE';
  /** Time limit of this exchange, if it is shorter than the usual one. */
  timeoutMs?: number;
}

/** A complete answer of any status, except a redirect. */
export interface Reply {
  status: number;
  headers: Headers;
  text: string;
}

/** @throws {ProviderError} `failed` or `timeout`, and the reason of `signal` */
export type Exchange = (request: ExchangeRequest, signal: AbortSignal) => Promise<Reply>;

/** Creates an exchange: one request and one answer, limited in time and size, never redirected, never repeated. */
export function createExchange(options: {
  provider: ProviderName;
  timeoutMs: number;
  clock: Clock;
  /** Continues the active trace at the service; false unless given. */
  sendTraceparent?: boolean;
}): Exchange {
  const { provider, clock } = options;
  return async (request, signal) => {
    signal.throwIfAborted();
    const timeoutMs = Math.min(request.timeoutMs ?? options.timeoutMs, options.timeoutMs);
    const deadline = new AbortController();
    const cancel = clock.setTimeout(() => deadline.abort(), timeoutMs);
    try {
      const sent = options.sendTraceparent
        ? { ...request, headers: { ...request.headers, ...traceHeaders() } }
        : request;
      const response = await fetch(request.url, fetchOptions(sent, AbortSignal.any([signal, deadline.signal])));
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

function fetchOptions({ headers, method, payload }: ExchangeRequest, signal: AbortSignal): FetchOptions {
  const shared: FetchOptions = { redirect: 'manual', signal };
  if (!payload) return { ...shared, ...(method && { method }), headers: { Accept: 'application/json', ...headers } };
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

/**
 * Returns the checked JSON of an answer.
 *
 * @throws {ProviderError} `failed`, with an ExchangeError that names the wrong places but quotes no value.
 */
export function readBody<T>(provider: ProviderName, text: string, schema: ZodType<T>): T {
  const parsed = schema.safeParse(readJson(provider, text));
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.join('.') || 'body'} (${issue.code})`);
  throw brokenContract(provider, new ExchangeError('off_contract', places.join(', ').slice(0, 300)));
}

function readJson(provider: ProviderName, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw brokenContract(provider, new ExchangeError('malformed', 'the answer is not JSON'));
  }
}

function brokenContract(provider: ProviderName, cause: ExchangeError): ProviderError {
  return new ProviderError(provider, 'failed', `${cause.code}: ${cause.message}`, { cause });
}

/**
 * Reads a body as text while counting its decompressed bytes.
 *
 * @throws {ExchangeError} `oversized` as soon as more than `maxBytes` came; the rest is not read.
 */
async function readCapped(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<string> {
  if (!body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new ExchangeError('oversized', `the answer is over ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Returns a route under a base URL, with or without a slash at its end. Undefined values of `query` are left out. */
export function routeUnder(base: URL, path: string, query: Readonly<Record<string, string | undefined>> = {}): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

const EXCERPT_LENGTH = 100;

/** Classification of an answer outside 2xx. */
export interface ErrorReason {
  type: ProviderErrorType;
  /** The part of the request that was rejected, for type `rejected`. */
  rejected?: RejectedPart | undefined;
  /** The body says that no money is left. */
  isUnpaid?: boolean;
}

/**
 * Builds the error for an answer outside 2xx. Its message is for our log: the status and the start of the body, from
 * which `secret` is removed before it is cut (half a key is a leak, too). `periodEndsAt`: when the provider's quota
 * period ends, in epoch milliseconds.
 */
export function providerErrorFrom(
  provider: ProviderName,
  { isUnpaid = false, rejected, type }: ErrorReason,
  reply: Reply,
  context: { secret: string; now: number; periodEndsAt: number },
): ProviderError {
  const text = plainText(withoutSecret(reply.text, context.secret), 5 * EXCERPT_LENGTH) ?? '';
  const excerpt = redactAndCut(text, EXCERPT_LENGTH);
  return new ProviderError(provider, type, `HTTP ${reply.status}${excerpt ? `: ${excerpt}` : ''}`, {
    status: reply.status,
    rejected,
    isUnpaid,
    // 402 lasts until the next quota period, regardless of Retry-After.
    retryAfterMs:
      reply.status === 402
        ? context.periodEndsAt - context.now
        : parseRetryAfter(reply.headers.get('retry-after'), context.now),
  });
}

function withoutSecret(text: string, secret: string): string {
  if (!secret) return text;
  return text.replaceAll(secret, '[redacted]').replaceAll(encodeURIComponent(secret), '[redacted]');
}

/**
 * Returns the milliseconds to wait by a Retry-After header (RFC 9110, 10.2.3), given as seconds or as an HTTP date;
 * undefined when it is absent or neither.
 */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  if (!/^[A-Za-z]{3,9},? /.test(value)) return undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
