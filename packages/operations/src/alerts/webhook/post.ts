import { lookup } from 'node:dns/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.ts';

/** An IP address and its family, 4 or 6. */
interface Address {
  address: string;
  family: number;
}

export interface PostOptions {
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Allows addresses that are not public. */
  allowPrivate: boolean;
  /** Time limit of the whole post: name, connection and answer. */
  timeoutMs: number;
  /** Ends the post early. */
  signal: AbortSignal;
  /** Returns all addresses of a host; the system's resolver unless given. */
  resolve?: (host: string) => Promise<readonly Address[]>;
}

/** A post that got no answer. Its message is for operators; it never holds the path of the URL, which may be secret. */
export class PostError extends Error {
  override readonly name = 'PostError';
}

/**
 * Posts JSON and returns the status of the answer, whose body is not read. Follows no redirect and uses no proxy. The name
 * of the host is resolved once: the connection goes to one of the addresses that were checked, so that a name which
 * changes its address in between cannot lead into the private network.
 * @throws {PostError}
 */
export async function postJson(url: URL, options: PostOptions): Promise<number> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout]);
  try {
    const addresses = await resolveChecked(url, options, signal);
    return await send(url, addresses, options, signal);
  } catch (error) {
    if (error instanceof PostError) throw error;
    throw new PostError(
      timeout.aborted ? `no answer within ${options.timeoutMs / 1_000} s` : `no connection: ${codeOf(error)}`,
    );
  }
}

async function resolveChecked(url: URL, options: PostOptions, signal: AbortSignal): Promise<readonly Address[]> {
  const { allowPrivate, resolve = (host) => lookup(host, { all: true }) } = options;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = await untilAborted(resolve(host), signal);
  const isAllowed = ({ address }: Address) => allowPrivate || isPublicAddress(address);
  const allowed = addresses.filter(isAllowed);
  if (allowed.length > 0) return allowed;
  throw new PostError('its address is private, which ALERT_WEBHOOK_ALLOW_PRIVATE does not allow');
}

/** Follows a promise that cannot be aborted, until the signal aborts. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
    // The loser of the race may still reject.
    promise.catch(() => undefined);
  }
}

function send(
  url: URL,
  addresses: readonly Address[],
  { body, headers }: PostOptions,
  signal: AbortSignal,
): Promise<number> {
  const { promise, reject, resolve } = Promise.withResolvers<number>();
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method: 'POST',
    // A connection of its own, past the proxy and the pool of the process.
    agent: false,
    lookup: pinned(addresses),
    signal,
    headers: {
      ...headers,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'User-Agent': 'Plant-ID-Community',
    },
  });
  request.on('error', reject);
  request.once('response', (response) => {
    resolve(response.statusCode ?? 0);
    // The connection may break while it is closed, which changes nothing.
    response.on('error', () => undefined);
    response.destroy();
  });
  request.end(body);
  return promise;
}

/** Answers every look-up with the addresses that were checked. */
function pinned(addresses: readonly Address[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (options.all === true) callback(null, [...addresses]);
    else if (first !== undefined) callback(null, first.address, first.family);
  };
}

/** Returns the code of an error of the system, or its name: messages may quote the URL. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
