import type { ServerResponse } from 'node:http';

interface TransportPolicy {
  mode: 'development' | 'production';
  hstsPreload: boolean;
}

/** Builds the headers of every answer: pages, API, files, redirects and the server's own refusals. */
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
    // Sent over http as well, since a proxy may speak https for us; browsers ignore it on http.
    ...(mode === 'production' ? ([['Strict-Transport-Security', transport]] as const) : []),
  ]);
}

const NO_FRAMES = "frame-ancestors 'none'";
const NO_CONTENT = `default-src 'none'; ${NO_FRAMES}`;
/** Policy of next-auth's own pages, which hold a form and an inline style sheet. */
const FORM = `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; ${NO_FRAMES}`;
/** Policy of an error page without a policy of its own: text, and our own styles, fonts and pictures. */
const TEXT = `default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; ${NO_FRAMES}`;

/** Returns the Content-Security-Policy of an answer that has none of its own. */
function fallbackPolicy(path: string, contentType: string): string {
  if (path.startsWith('/api/')) return contentType.startsWith('text/html') ? FORM : NO_CONTENT;
  // A script that runs as a worker takes its policy from this header.
  return path.startsWith('/_next/static/') ? NO_FRAMES : TEXT;
}

/**
 * Adds a Content-Security-Policy when the headers are sent, unless the route has set one by then; a policy that was set
 * earlier would win over that of the route.
 */
export function addFallbackPolicy(response: ServerResponse, path: string): void {
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
