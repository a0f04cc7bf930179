import type { ServerResponse } from 'node:http';

interface TransportPolicy {
  mode: 'development' | 'production';
  hstsPreload: boolean;
}

/** What every answer says, whoever makes it: pages, API, files, redirects, and the server's own refusals. */
export function securityHeaders({ hstsPreload, mode }: TransportPolicy): Map<string, string> {
  const transport = `max-age=31536000; includeSubDomains${hstsPreload ? '; preload' : ''}`;
  return new Map([
    ['X-Content-Type-Options', 'nosniff'],
    // For browsers that do not know the policy's frame-ancestors.
    ['X-Frame-Options', 'DENY'],
    ['Referrer-Policy', 'strict-origin-when-cross-origin'],
    ['Permissions-Policy', 'camera=(self), geolocation=(self), microphone=()'],
    ['Cross-Origin-Opener-Policy', 'same-origin'],
    ['Cross-Origin-Resource-Policy', 'same-origin'],
    // Also behind a proxy that speaks https for us; over http browsers pass it over.
    ...(mode === 'production' ? ([['Strict-Transport-Security', transport]] as const) : []),
  ]);
}

const UNFRAMED = "frame-ancestors 'none'";
const INERT = `default-src 'none'; ${UNFRAMED}`;
/** next-auth's own pages: a form and a style sheet inside. */
const FORM = `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; ${UNFRAMED}`;
/** What is left of a page that could not be made: words, and our own looks. */
const WORDS = `default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; ${UNFRAMED}`;

/** The Content-Security-Policy of an answer that brings none of its own. */
function fallbackPolicy(path: string, contentType: string): string {
  if (path.startsWith('/api/')) return contentType.startsWith('text/html') ? FORM : INERT;
  // A script that runs as a worker would take its rights from here.
  return path.startsWith('/_next/static/') ? UNFRAMED : WORDS;
}

/**
 * Once the headers are sent, a Content-Security-Policy that is set by then stays; what is set now would win over that of
 * a route.
 */
export function fillInPolicy(response: ServerResponse, path: string): void {
  const writeHead = response.writeHead.bind(response);
  Object.assign(response, {
    writeHead: (...head: unknown[]): unknown => {
      if (!response.hasHeader('Content-Security-Policy')) {
        const policy = fallbackPolicy(path, String(response.getHeader('Content-Type')));
        response.setHeader('Content-Security-Policy', policy);
      }
      return Reflect.apply(writeHead, undefined, head);
    },
  });
}
