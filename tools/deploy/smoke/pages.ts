import type { SmokeResponse } from './check.ts';
import { type Check, hasHeader, hasStatus, unless } from './check.ts';

/** Returns the claims about the headers that every page must have. */
function pageHeaders(seen: SmokeResponse, isHttps: boolean): (readonly [boolean, string])[] {
  const policy = seen.header('content-security-policy') ?? '';
  const scripts = /script-src([^;]*)/.exec(policy)?.[1] ?? `'unsafe-inline'`;
  return [
    hasHeader(seen, 'Content-Security-Policy', /frame-ancestors 'none'/),
    [/'nonce-/.test(scripts) && !/'unsafe-inline'/.test(scripts), 'scripts run without a nonce'],
    hasHeader(seen, 'X-Content-Type-Options', /^nosniff$/),
    hasHeader(seen, 'Referrer-Policy', /./),
    hasHeader(seen, 'Permissions-Policy', /camera=\(self\)/),
    hasHeader(seen, 'Cross-Origin-Opener-Policy', /^same-origin$/),
    [seen.header('x-powered-by') === undefined, 'X-Powered-By tells what runs here'],
    ...(isHttps ? [hasHeader(seen, 'Strict-Transport-Security', /max-age=31536000; includeSubDomains/i)] : []),
  ];
}

export function pageChecks(isHttps: boolean): Check[] {
  const open = ['/', '/identify', '/login', '/register', '/docs/migrate-to-v1'].map((path): Check => {
    return {
      name: 'the page is there, with its headers',
      path,
      faults: (seen) =>
        unless(hasStatus(seen, 200), hasHeader(seen, 'Content-Type', /^text\/html/), ...pageHeaders(seen, isHttps)),
    };
  });
  const closed = ['/history', '/account'].map((path): Check => {
    return {
      name: 'leads to the sign-in page',
      path,
      faults: (seen) =>
        unless(
          hasStatus(seen, 302, 303, 307),
          hasHeader(seen, 'Location', /\/login\?next=/),
          ...pageHeaders(seen, isHttps),
        ),
    };
  });
  const absent = ['/admin', '/nothing-is-here', '/.git/config', '/.env'].map((path): Check => {
    return {
      name: 'is not there for strangers',
      path,
      faults: (seen) => unless(hasStatus(seen, 404), ...pageHeaders(seen, isHttps)),
    };
  });
  return [...open, ...closed, ...absent];
}
