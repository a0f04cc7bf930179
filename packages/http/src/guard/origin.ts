import { HttpError } from '../errors.ts';
import { hostOf, isAllowedHost } from './host.ts';

export interface OriginRules {
  /** The public origin. */
  appUrl: URL;
  /** Names in the form that `isAllowedHost` takes. */
  allowedHosts: readonly string[];
  /** Origins beside our own whose pages may change state with a cookie. */
  trustedOrigins: readonly string[];
}

/** Returns the reason to refuse a request: an unknown host, or a page of another site that would change state. */
export function requestRefusal(request: Request, rules: OriginRules): HttpError | undefined {
  if (!isAllowedHost(hostOf(request), rules.allowedHosts)) {
    return new HttpError('unknown_host', 'This host is not served here.');
  }
  if (changesState(request) && !hasBearer(request.headers) && senderOf(request, rules) === 'foreign') {
    return new HttpError('foreign_origin', 'This request came from a page of another site.');
  }
  return undefined;
}

/** Returns the headers that may identify the caller: without cookies where those prove nothing. */
export function credentialHeaders(request: Request, rules: OriginRules): Headers {
  // Most callers of the API send no cookies, so their headers need no copy.
  if (!request.headers.has('cookie')) return request.headers;
  const headers = new Headers(request.headers);
  if (hasBearer(headers) || (changesState(request) && senderOf(request, rules) !== 'own')) headers.delete('cookie');
  return headers;
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export function changesState({ method = 'GET' }: { method?: string | undefined }): boolean {
  return !SAFE_METHODS.has(method);
}

export function hasBearer(headers: Headers): boolean {
  return isBearer(headers.get('authorization'));
}

export function isBearer(authorization: string | null | undefined): boolean {
  return /^bearer(\s|$)/i.test(authorization ?? '');
}

/**
 * The sender of a request that changes state: a page of ours or a trusted one, a page of another site, or a program,
 * which is accepted but whose cookies prove nothing.
 */
type Sender = 'own' | 'foreign' | 'program';

/** Tells the sender by `Sec-Fetch-Site` and `Origin`, which browsers set themselves and no page can forge. */
function senderOf(request: Request, { appUrl, trustedOrigins }: OriginRules): Sender {
  const site = request.headers.get('sec-fetch-site');
  if (site === 'same-origin' || site === 'none') return 'own';
  const origin = request.headers.get('origin');
  if (origin === null) return site === null ? 'program' : 'foreign';
  // The host was checked before: a page of any allowed host is ours if it uses the scheme of our public origin.
  const ownOrigins = [appUrl.origin, `${appUrl.protocol}//${hostOf(request)}`, ...trustedOrigins];
  return ownOrigins.includes(origin) ? 'own' : 'foreign';
}
