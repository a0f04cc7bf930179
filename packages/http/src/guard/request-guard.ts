import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { type Clock, systemClock } from '@plantcommunity/resilience';
import { acceptRequestId, currentRequestId } from '@plantcommunity/telemetry';
import { SMALL_BODY_BYTES } from '../body/small-body.ts';
import { watchBody } from '../body/watch-body.ts';
import { HttpError, problemBody } from '../errors.ts';
import { clientScheme, withPeer } from './client-address.ts';
import { type CorsConfig, corsGrants } from './cors.ts';
import { isAllowedHost } from './host.ts';
import { changesState, isBearer } from './origin.ts';
import { addFallbackPolicy, securityHeaders } from './security-headers.ts';

export interface RequestGuardConfig extends CorsConfig {
  mode: 'development' | 'production';
  /** The public origin. */
  appUrl: URL;
  /** Names in the form that `isAllowedHost` takes. */
  allowedHosts: readonly string[];
  /** Number of our own proxies in front. */
  proxyHops: number;
  /** Whether requests over http are redirected to a public origin that is https. */
  httpsRedirect: boolean;
  /**
   * Whether `Strict-Transport-Security` says `preload`: browsers may then be shipped with this domain as https only.
   */
  hstsPreload: boolean;
}

/**
 * Checks a request. `admitted`: its handler may go on. The guard has sent the answer of all others: an error if `refused`,
 * a redirect or the grant of a preflight if `answered`.
 */
export type RequestGuard = (request: IncomingMessage, response: ServerResponse) => 'admitted' | 'answered' | 'refused';

/**
 * Matches the targets of probes and of the scrape, which orchestrators, load balancers and Prometheus send over plain
 * http, by an address or without a Host. A server must also accept a target with scheme and host (RFC 9112, 3.2.2).
 */
const PROBE = /^(?:https?:\/\/[^/?#]*)?(\/api\/(?:health\/(?:live|ready)|metrics)\/?(?:\?.*)?)$/;

/**
 * Prefix of static files. Next answers a request for one with a 500 when the method or the range does not fit the file.
 */
const FILES = '/_next/static/';

/**
 * Creates the check of every path of a server, which runs before any framework sees the request: hosts, https,
 * unreadable paths, bodies, CORS, and the headers of every answer. It also sets `X-Forwarded-For` and
 * `X-Forwarded-Proto`, and removes what a client may have claimed about our host, and cookies that prove nothing.
 */
export function createRequestGuard(config: RequestGuardConfig, clock: Clock = systemClock): RequestGuard {
  const { allowedHosts, appUrl, proxyHops } = config;
  const headers = securityHeaders(config);
  const grants = corsGrants(config);
  const redirects = config.httpsRedirect && appUrl.protocol === 'https:';

  return (request, response) => {
    const { headers: sent, socket } = request;
    const probe = PROBE.exec(request.url ?? '')?.[1];
    const isProbe = probe !== undefined;
    const url = probe ?? request.url ?? '';
    const path = pathOf(url);
    watchBody(request, response, clock);
    response.setHeaders(headers);
    addFallbackPolicy(response, path);

    const refusal = isProbe ? probeRefusal(request) : refusalOf(request, path, allowedHosts);
    if (refusal !== undefined) return refuse(request, response, refusal);
    if (isProbe) {
      // The framework builds URLs from this header, so it must not see the host of a probe.
      request.url = url;
      sent.host = appUrl.host;
    }

    const scheme = clientScheme(single(sent['x-forwarded-proto']), socket instanceof TLSSocket, proxyHops);
    if (redirects && scheme === 'http' && !isProbe) {
      // `url` begins with one slash, so nothing in it can become part of the host.
      return answer(response, 308, { Location: appUrl.origin + url, 'X-Request-Id': requestIdOf(request) });
    }

    if (path.startsWith('/api/') && grants.size > 0) {
      response.setHeader('Vary', 'Origin');
      const grant = grants.get(sent.origin ?? '');
      if (grant !== undefined) {
        if (request.method === 'OPTIONS' && sent['access-control-request-method'] !== undefined) {
          return answer(response, 204, { ...grant.preflight, 'X-Request-Id': requestIdOf(request) });
        }
        for (const name in grant.answer) response.setHeader(name, grant.answer[name] ?? '');
      }
    }

    sent['x-forwarded-for'] = withPeer(single(sent['x-forwarded-for']), socket.remoteAddress);
    sent['x-forwarded-proto'] = scheme;
    delete sent['x-forwarded-host'];
    delete sent['x-forwarded-port'];
    if (path.startsWith(FILES)) delete sent.range;
    if (sent.cookie !== undefined && (isBearer(sent.authorization) || isFromProgram(request))) delete sent.cookie;
    return 'admitted';
  };
}

function probeRefusal({ headersDistinct, method }: IncomingMessage): HttpError | undefined {
  if ((headersDistinct['host']?.length ?? 0) > 1) {
    return new HttpError('invalid_request', 'This request has more than one Host header.');
  }
  return method === 'TRACE' ? notAllowed(method) : undefined;
}

function refusalOf(
  { headers, headersDistinct, method }: IncomingMessage,
  path: string,
  allowedHosts: readonly string[],
): HttpError | undefined {
  // Reject duplicate Host headers: a proxy may have routed by the other one (RFC 9112, 3.2).
  const hasOneHost = headersDistinct['host']?.length === 1;
  if (!hasOneHost || !isAllowedHost((headers.host ?? '').toLowerCase(), allowedHosts)) {
    return new HttpError('unknown_host', 'This host is not served here.');
  }
  if (!isReadable(path)) {
    return new HttpError('invalid_request', 'The path of this request cannot be read.');
  }
  if (method === 'TRACE') return notAllowed(method);
  // The API counts what it reads. The framework reads the body of a page's request as a whole, so its size must be
  // declared.
  if (path.startsWith('/api/')) return undefined;
  if (headers['transfer-encoding'] !== undefined) {
    return new HttpError('invalid_request', 'Content-Length is required.');
  }
  if (Number(headers['content-length'] ?? 0) > SMALL_BODY_BYTES) {
    return new HttpError('invalid_request', 'The body is larger than 64 kB.');
  }
  return path.startsWith(FILES) && method !== 'GET' && method !== 'HEAD' ? notAllowed(method) : undefined;
}

function notAllowed(method = ''): HttpError {
  return new HttpError('method_not_allowed', `Method "${method}" not allowed.`, { headers: { Allow: 'GET, HEAD' } });
}

/** Whether no browser sent the request: every current browser sends one of the two headers with a state change. */
function isFromProgram(request: IncomingMessage): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  return changesState(request) && origin === undefined && site === undefined;
}

function refuse(request: IncomingMessage, response: ServerResponse, error: HttpError): 'refused' {
  const requestId = requestIdOf(request);
  const { code, message: detail, status } = error;
  const headers = {
    ...error.headers,
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
  };
  answer(response, status, headers, JSON.stringify(problemBody({ code, detail, status }, requestId)));
  return 'refused';
}

function answer(response: ServerResponse, status: number, headers: OutgoingHttpHeaders, body?: string): 'answered' {
  response.writeHead(status, headers).end(body);
  return 'answered';
}

/** Returns the id under which the server runs the request, so that the answer and the log have the same one. */
function requestIdOf({ headers }: IncomingMessage): string {
  return currentRequestId() ?? acceptRequestId(single(headers['x-request-id']));
}

/** Returns a header as one text. Node joins these headers when they are sent twice, although its types allow lists. */
function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Returns the target of a request without its query. */
function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

/** Matches `.` and `..`, also escaped: clients resolve them before sending, and frameworks after this check. */
const DOT_SEGMENTS = /[/\\](\.|%2e){1,2}([/\\]|$)/i;

/**
 * Whether a path begins with a slash, has no dot segments, and its escapes are UTF-8. Other paths are a target for a
 * proxy, lead elsewhere than they seem to, or fail somewhere inside a framework.
 */
function isReadable(path: string): boolean {
  if (!path.startsWith('/') || DOT_SEGMENTS.test(path)) return false;
  if (!path.includes('%')) return true;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
