import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { type Clock, systemClock } from '@plantcommunity/resilience';
import { acceptRequestId } from '@plantcommunity/telemetry';
import { SMALL_BODY_BYTES } from '../body/small-body.ts';
import { watchBody } from '../body/watch-body.ts';
import { HttpError, problemBody } from '../errors.ts';
import { withPeer } from './client-address.ts';
import { type CorsConfig, corsGrants } from './cors.ts';
import { isAllowedHost } from './host.ts';
import { changesState, isBearer } from './origin.ts';
import { isReadable, pathOf } from './path.ts';
import { schemeOf } from './scheme.ts';
import { fillInPolicy, securityHeaders } from './security-headers.ts';

export interface RequestGuardConfig extends CorsConfig {
  mode: 'development' | 'production';
  /** The public origin. */
  appUrl: URL;
  /** Names in the form that `isAllowedHost` takes. */
  allowedHosts: readonly string[];
  /** How many proxies in front are ours. */
  proxyHops: number;
  /** When the public origin is https, requests over http are sent there. */
  httpsRedirect: boolean;
  /**
   * Whether `Strict-Transport-Security` says `preload`: browsers may then be shipped with this domain as https only.
   */
  hstsPreload: boolean;
}

/** Whether the request may go on to whatever serves it; otherwise it has its answer. */
export type RequestGuard = (request: IncomingMessage, response: ServerResponse) => 'admitted' | 'answered';

/**
 * Matches the targets of probes, which orchestrators and load balancers send over plain http, by an address or without
 * a Host. A server must also accept a target with scheme and host (RFC 9112, 3.2.2).
 */
const PROBE = /^(?:https?:\/\/[^/?#]*)?(\/api\/health\/(?:live|ready)\/?(?:\?.*)?)$/;

/** Here Next answers with a 500 what cannot be done with a file: another method, or a range beyond its end. */
const FILES = '/_next/static/';

/**
 * What holds for every path of a server before any framework sees the request: hosts, https, paths nobody can read,
 * bodies, CORS, and the headers of every answer. It also says where the request came from in
 * `X-Forwarded-For`, and takes away what a client might have said of our host, and cookies that prove nothing.
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
    fillInPolicy(response, path);

    const refused = isProbe ? refusedProbe(request) : refusal(request, path, allowedHosts);
    if (refused !== undefined) return refuse(request, response, refused);
    if (isProbe) {
      // The framework builds URLs from this header, so that it must not get the host of a probe.
      request.url = url;
      sent.host = appUrl.host;
    }

    const scheme = schemeOf(single(sent['x-forwarded-proto']), socket instanceof TLSSocket, proxyHops);
    if (redirects && scheme === 'http' && !isProbe) {
      // The path begins with one slash after an origin that ends before it: nothing in it can become a host.
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

function refusedProbe({ headersDistinct, method }: IncomingMessage): HttpError | undefined {
  if ((headersDistinct['host']?.length ?? 0) > 1) {
    return new HttpError('invalid_request', 'This request has more than one Host header.');
  }
  return method === 'TRACE' ? notAllowed(method) : undefined;
}

function refusal(
  { headers, headersDistinct, method }: IncomingMessage,
  path: string,
  allowedHosts: readonly string[],
): HttpError | undefined {
  // Of two hosts, whoever is in front may have looked at the other one (RFC 9112, 3.2).
  const isNamedOnce = headersDistinct['host']?.length === 1;
  if (!isNamedOnce || !isAllowedHost((headers.host ?? '').toLowerCase(), allowedHosts)) {
    return new HttpError('unknown_host', 'This host is not served here.');
  }
  if (!isReadable(path)) {
    return new HttpError('invalid_request', 'The path of this request cannot be read.');
  }
  if (method === 'TRACE') return notAllowed(method);
  // The API counts what it reads. In front of pages a body is read as a whole by the framework, so it must say its
  // size.
  if (path.startsWith('/api/')) return undefined;
  if (headers['transfer-encoding'] !== undefined) {
    return new HttpError('invalid_request', 'The size of the body is not told.');
  }
  if (Number(headers['content-length'] ?? 0) > SMALL_BODY_BYTES) {
    return new HttpError('invalid_request', 'The body is larger than 64 kB.');
  }
  return path.startsWith(FILES) && method !== 'GET' && method !== 'HEAD' ? notAllowed(method) : undefined;
}

function notAllowed(method = ''): HttpError {
  return new HttpError('method_not_allowed', `Method "${method}" not allowed.`, { headers: { Allow: 'GET, HEAD' } });
}

/** Each browser of today tells one or the other with what may change something. */
function isFromProgram(request: IncomingMessage): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  return changesState(request) && origin === undefined && site === undefined;
}

function refuse(request: IncomingMessage, response: ServerResponse, error: HttpError): 'answered' {
  const requestId = requestIdOf(request);
  const headers = {
    ...error.headers,
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
  };
  return answer(
    response,
    error.status,
    headers,
    JSON.stringify(problemBody({ code: error.code, status: error.status, detail: error.message }, requestId)),
  );
}

function answer(response: ServerResponse, status: number, headers: OutgoingHttpHeaders, body?: string): 'answered' {
  response.writeHead(status, headers).end(body);
  return 'answered';
}

function requestIdOf({ headers }: IncomingMessage): string {
  return acceptRequestId(single(headers['x-request-id']));
}

/** Node joins what is sent more than once of these; its types do not know. */
function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
