import { acceptRequestId } from '@plantcommunity/telemetry';

interface PagePolicyOptions {
  nonce: string;
  /** The public origin is https. */
  https: boolean;
  /** Hosts of reference pictures, besides our own origin. */
  imageHosts: readonly string[];
  /** Path of the page, without its query. */
  path: string;
}

/** Its viewer, Swagger UI, writes style sheets into the page. */
const API_REFERENCE = /^\/docs\/reference\/?$/;

/**
 * Builds a page's Content-Security-Policy: scripts run only with this request's nonce, styles come from our own files,
 * but for the API reference, and pictures from our own and `imageHosts` over https.
 */
export function pagePolicy({ nonce, https, imageHosts, path }: PagePolicyOptions): string {
  // `next dev` evaluates strings to rebuild stack traces, and puts styles into the page as they change.
  const developing = process.env.NODE_ENV === 'development';
  const policy = {
    'default-src': [`'self'`],
    'script-src': [`'self'`, `'nonce-${nonce}'`, `'strict-dynamic'`, ...(developing ? [`'unsafe-eval'`] : [])],
    'style-src': [`'self'`, ...(developing || API_REFERENCE.test(path) ? [`'unsafe-inline'`] : [])],
    // Bars and rulers get their lengths as custom properties in a style attribute.
    'style-src-attr': [`'unsafe-inline'`],
    'img-src': [`'self'`, 'blob:', 'data:', ...imageHosts.map((host) => `https://${host}`)],
    'font-src': [`'self'`],
    'connect-src': [`'self'`],
    'object-src': [`'none'`],
    'base-uri': [`'none'`],
    'form-action': [`'self'`],
    'frame-ancestors': [`'none'`],
    ...(https && { 'upgrade-insecure-requests': [] }),
  };
  return Object.entries(policy)
    .map(([directive, sources]) => [directive, ...sources].join(' '))
    .join('; ');
}

/** Returns the headers of an answer to a probe or a scrape: never cached, with a request id like every answer. */
export function probeHeaders(request: Request) {
  return { 'Cache-Control': 'no-store', 'X-Request-Id': acceptRequestId(request.headers.get('x-request-id')) };
}
