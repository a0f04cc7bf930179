import type { SmokeResponse } from './check.ts';
import { type Check, hasHeader, hasStatus, isProblem, unless } from './check.ts';

const IDENTIFY = '/plant-identification/identify';
const HEALTH = `${IDENTIFY}/health`;

function apiHeaders(seen: SmokeResponse): (readonly [boolean, string])[] {
  return [
    hasHeader(seen, 'X-Request-Id', /^[\da-f-]{36}$/),
    hasHeader(seen, 'X-Content-Type-Options', /^nosniff$/),
    hasHeader(seen, 'Cache-Control', /no-store/),
  ];
}

const probes = ['/api/health/live', '/api/health/ready'].map((path): Check => {
  return { name: 'the probe says yes', path, faults: (seen) => unless(hasStatus(seen, 200)) };
});

function isHealth(seen: SmokeResponse): readonly [boolean, string] {
  const { circuit_state: circuit, services, status } = seen.json();
  const isWhole = typeof status === 'string' && typeof circuit === 'string' && typeof services === 'object';
  return [isWhole && (status === 'healthy') === (seen.status === 200), 'not the health that the contract describes'];
}

const health: Check[] = [
  {
    name: 'health is told',
    path: `/api/v1${HEALTH}`,
    faults: (seen) => unless(hasStatus(seen, 200, 503), isHealth(seen), ...apiHeaders(seen)),
  },
  {
    name: 'health is told with a slash at the end, too',
    path: `/api/v1${HEALTH}/`,
    faults: (seen) => unless(hasStatus(seen, 200, 503), isHealth(seen)),
  },
  {
    name: 'the legacy namespace answers and says that it ends',
    path: `/api${HEALTH}`,
    faults: (seen) =>
      seen.status === 410
        ? unless(hasHeader(seen, 'Link', /successor-version/))
        : unless(
            hasStatus(seen, 200, 503),
            hasHeader(seen, 'Deprecation', /^@\d+$/),
            hasHeader(seen, 'Sunset', / GMT$/),
            hasHeader(seen, 'Link', /rel="successor-version"/),
          ),
  },
  {
    name: 'tRPC answers',
    path: '/api/trpc/v1.plantIdentification.health',
    faults: (seen) => unless(hasStatus(seen, 200), [seen.text.includes('"circuit_state"'), 'not the health']),
  },
];

const contract: Check[] = ['openapi.json', 'openapi-3.0.json'].map((file) => ({
  name: 'the contract is there',
  path: `/api/v1/${file}`,
  faults: (seen) => unless(hasStatus(seen, 200), [typeof seen.json()['openapi'] === 'string', 'no OpenAPI document']),
}));

const refusals: Check[] = [
  {
    name: 'the metrics are closed to strangers',
    path: '/api/metrics',
    faults: (seen) => unless(hasStatus(seen, 401), isProblem(seen, 'invalid_token')),
  },
  {
    name: 'an unknown path is a problem of ours',
    path: '/api/v1/nothing',
    faults: (seen) => unless(hasStatus(seen, 404), isProblem(seen, 'not_found'), ...apiHeaders(seen)),
  },
  {
    name: 'a wrong method is told the right one',
    path: `/api/v1${IDENTIFY}`,
    faults: (seen) =>
      unless(hasStatus(seen, 405), isProblem(seen, 'method_not_allowed'), hasHeader(seen, 'Allow', /POST/)),
  },
  {
    name: 'a page of another site is refused',
    path: `/api/v1${IDENTIFY}`,
    visit: { method: 'POST', headers: { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' } },
    faults: (seen) => unless(hasStatus(seen, 403), isProblem(seen, 'foreign_origin')),
  },
  {
    name: 'a wrong token is refused',
    path: '/api/v1/auth/me',
    visit: { headers: { Authorization: 'Bearer nothing' } },
    faults: (seen) =>
      unless(hasStatus(seen, 401), isProblem(seen, 'invalid_token'), hasHeader(seen, 'WWW-Authenticate', /^Bearer/)),
  },
  {
    name: 'what users own is closed to strangers',
    path: '/api/v1/plant-identification/identifications',
    faults: (seen) => unless(hasStatus(seen, 401), isProblem(seen, 'authentication_required')),
  },
  {
    name: 'no more than 20 calls at once',
    path: `/api/trpc/${Array.from({ length: 21 }, () => 'v1.plantIdentification.health').join(',')}?batch=1`,
    faults: (seen) => unless(hasStatus(seen, 400)),
  },
  ...['/', '/api/health', `/api/v1${HEALTH}`].map((path): Check => {
    return {
      name: 'another host is not served',
      path,
      visit: { headers: { Host: 'evil.example' } },
      faults: (seen) => unless(hasStatus(seen, 400)),
    };
  }),
];

function cookies(isHttps: boolean): Check {
  const sound = (cookie: string) =>
    /; HttpOnly/i.test(cookie) &&
    /; SameSite=(Lax|Strict)/i.test(cookie) &&
    (!isHttps || /^__(Host|Secure)-.*; Secure/i.test(cookie));
  return {
    name: 'cookies are ours alone',
    path: '/api/auth/csrf',
    faults: (seen) =>
      unless(hasStatus(seen, 200), [
        seen.cookies.length > 0 && seen.cookies.every(sound),
        'a cookie without its flags',
      ]),
  };
}

/** Checks that identifying requires an account, unless the instance runs in development. */
function identify(mode: 'development' | 'production'): Check {
  const isOpen = mode === 'development';
  return {
    name: isOpen ? 'an empty upload is refused' : 'identifying needs an account',
    path: `/api/v1${IDENTIFY}`,
    visit: { method: 'POST', headers: { 'Content-Type': 'multipart/form-data; boundary=x' }, body: '--x--\r\n' },
    faults: (seen) =>
      isOpen
        ? unless(hasStatus(seen, 400, 429))
        : unless(
            hasStatus(seen, 401),
            isProblem(seen, 'authentication_required'),
            hasHeader(seen, 'WWW-Authenticate', /^Bearer/),
          ),
  };
}

export function apiChecks(isHttps: boolean, mode: 'development' | 'production'): Check[] {
  return [...probes, ...health, ...contract, ...refusals, cookies(isHttps), identify(mode)];
}
