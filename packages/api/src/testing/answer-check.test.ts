import { describe, expect, it } from 'vitest';
import { readDocument } from '../contract/document.ts';
import { legacy } from '../legacy/index.ts';
import { createAnswerCheck, LEGACY_OPERATIONS } from './answer-check.ts';
import type { SeenAnswer } from './answer-comparison.ts';

const faultsOf = createAnswerCheck(readDocument('openapi.json'), '/api/v1');
const requestId = '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3';
const problem = {
  type: 'about:blank',
  title: 'Unauthorized',
  status: 401,
  detail: 'The access token is not valid or has expired.',
  code: 'invalid_token',
  requestId,
};
const account = { id: 'anna', email: 'anna@example.org', role: 'user', tier: 'free' };
const me = { ...account, usage: { limit: 100, remaining: 97, reset_at: '2026-11-27T10:00:00.000Z' } };

const bytesOf = (body: object | string) =>
  new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));

function seen(changes: Partial<Omit<SeenAnswer, 'headers' | 'body'>> & { headers?: object; body?: object | string }) {
  const { body = me, headers, ...others } = changes;
  const all = { 'Content-Type': 'application/json', 'X-Request-Id': requestId, ...headers };
  return {
    method: 'GET',
    path: '/api/v1/auth/me',
    status: 200,
    ...others,
    headers: new Headers(all),
    body: bytesOf(body),
  };
}
const refused = (changes: Parameters<typeof seen>[0] = {}) =>
  seen({
    status: 401,
    body: problem,
    ...changes,
    headers: { 'Content-Type': 'application/problem+json', 'WWW-Authenticate': 'Bearer', ...changes.headers },
  });

describe('the check of answers accepts', () => {
  it.each<[what: string, answer: SeenAnswer]>([
    ['an answer', seen({})],
    ['an answer without its body to HEAD', seen({ method: 'HEAD', body: '' })],
    ['an answer without a body', seen({ method: 'POST', path: '/api/v1/auth/token/revoke', status: 204, body: '' })],
    ['a path with a slash at its end', seen({ path: '/api/v1/auth/me/' })],
    ['a documented error', refused()],
    ['headers of the framework and of HTTP', seen({ headers: { Vary: 'Origin', 'X-Frame-Options': 'DENY' } })],
    [
      'a problem at an unknown path',
      seen({
        path: '/api/v1/nothing',
        status: 404,
        body: { ...problem, status: 404 },
        headers: { 'Content-Type': 'application/problem+json' },
      }),
    ],
    ['any answer of another path', seen({ path: '/api/auth/session', body: { name: 1 } })],
  ])('%s', (_what, answer) => {
    expect(faultsOf(answer)).toEqual([]);
  });
});

describe('the check of answers reports', () => {
  it.each<[what: string, answer: SeenAnswer, fault: string]>([
    ['an undocumented status', seen({ status: 202 }), 'is not documented for getMe'],
    [
      'an undocumented header',
      seen({ headers: { 'X-Powered-By': 'Next.js' } }),
      'has the undocumented header x-powered-by',
    ],
    [
      'an absent header',
      seen({ status: 401, body: problem, headers: { 'Content-Type': 'application/problem+json' } }),
      'has no header www-authenticate',
    ],
    [
      'a header with another value',
      seen({ headers: { 'X-Request-Id': 'mine' } }),
      'has the header x-request-id: mine, whose value the body must match format "uuid" {"format":"uuid"}',
    ],
    ['another media type', seen({ headers: { 'Content-Type': 'text/html' } }), 'has the media type text/html'],
    [
      'an undocumented member',
      seen({ body: { ...me, password: 'x' } }),
      'the body must NOT have additional properties {"additionalProperty":"password"}',
    ],
    [
      'an absent member',
      seen({ body: account }),
      `the body must have required property 'usage' {"missingProperty":"usage"}`,
    ],
    [
      'a value outside its schema',
      seen({ body: { ...me, tier: 'gold' } }),
      '/tier must be equal to one of the allowed values {"allowedValues":["free","pro","premium","enterprise"]}',
    ],
    [
      'a body where none is documented',
      seen({ method: 'POST', path: '/api/v1/auth/token/revoke', status: 204 }),
      'has a body',
    ],
    [
      'a code that the operation has not for the status',
      refused({ body: { ...problem, code: 'invalid_credentials' } }),
      'has the code invalid_credentials, which getMe has not for 401',
    ],
    ['an answer at an unknown path', seen({ path: '/api/v1/nothing' }), 'is not a refusal'],
  ])('%s', (_what, answer, fault) => {
    expect(faultsOf(answer)).toEqual([expect.stringContaining(fault)]);
  });
});

/** An answer of legacy to GET of the account, with its headers. */
const ofLegacy = (changes: Parameters<typeof seen>[0] = {}) =>
  seen({
    path: '/api/auth/me/',
    ...changes,
    headers: {
      Deprecation: '@1767225600',
      Sunset: 'Thu, 01 Jul 2027 00:00:00 GMT',
      Link: '</api/v1/auth/me>; rel="successor-version", </docs>; rel="deprecation", </docs>; rel="sunset"',
      ...changes.headers,
    },
  });
const other = { method: 'PUT', status: 405, body: { ...problem, status: 405 } };
const problemType = { 'Content-Type': 'application/problem+json' };

describe('the check of answers outside operations and of legacy accepts', () => {
  it.each<[what: string, answer: SeenAnswer]>([
    [
      'OPTIONS with the methods of the path',
      seen({ method: 'OPTIONS', status: 204, body: '', headers: { Allow: 'GET, HEAD, DELETE, OPTIONS' } }),
    ],
    [
      'the answer to a preflight request',
      seen({ method: 'OPTIONS', status: 204, body: '', headers: { 'Access-Control-Allow-Methods': 'GET' } }),
    ],
    [
      'a 405 with the methods of the path',
      seen({ ...other, headers: { ...problemType, Allow: 'GET, HEAD, DELETE, OPTIONS' } }),
    ],
    ['an answer of legacy', ofLegacy()],
    [
      'OPTIONS of legacy',
      ofLegacy({ method: 'OPTIONS', status: 204, body: '', headers: { Allow: 'GET, HEAD, OPTIONS' } }),
    ],
    [
      'a 405 of legacy',
      ofLegacy({ method: 'PUT', status: 405, body: { detail: 'no' }, headers: { Allow: 'GET, HEAD, OPTIONS' } }),
    ],
    ['a 410 of legacy to any method', ofLegacy({ method: 'PATCH', status: 410, body: { detail: 'gone' } })],
    [
      'an error of legacy',
      ofLegacy({ status: 401, body: { detail: 'no' }, headers: { 'WWW-Authenticate': 'Bearer' } }),
    ],
    [
      'a refusal of the request guard on a path of legacy',
      seen({ path: '/api/auth/me', status: 400, body: { ...problem, status: 400 }, headers: problemType }),
    ],
  ])('%s', (_what, answer) => {
    expect(faultsOf(answer)).toEqual([]);
  });
});

describe('the check of answers outside operations and of legacy reports', () => {
  it.each<[what: string, answer: SeenAnswer, fault: string]>([
    [
      'OPTIONS with other methods',
      seen({ method: 'OPTIONS', status: 204, body: '', headers: { Allow: 'GET, OPTIONS' } }),
      'has the header allow: GET, OPTIONS, but the methods are DELETE, GET, HEAD, OPTIONS',
    ],
    ['a 405 without methods', seen({ ...other, headers: problemType }), 'has no header allow'],
    ['a 410 of v1', seen({ status: 410, body: problem, headers: problemType }), 'is not documented for getMe'],
    [
      'a problem of legacy in a status of its own',
      ofLegacy({ status: 401, body: problem, headers: problemType }),
      'is not a refusal',
    ],
    [
      'an error of legacy in the body of another code',
      ofLegacy({ status: 401, body: { success: false, error: 'no' }, headers: { 'WWW-Authenticate': 'Bearer' } }),
      "the body must have required property 'detail'",
    ],
    ['legacy without its headers', ofLegacy({ headers: { Deprecation: 'true' } }), 'has the header deprecation: true'],
    [
      'legacy with another successor',
      ofLegacy({ headers: { Link: '</api/v1/me>; rel="successor-version"' } }),
      'does not link its successor /api/v1/auth/me',
    ],
    ['a status that legacy does not have', ofLegacy({ method: 'DELETE', status: 204, body: '' }), 'is not a refusal'],
  ])('%s', (_what, answer, fault) => {
    expect(faultsOf(answer).join('\n')).toContain(fault);
  });

  it('knows the operations that legacy offers', () => {
    expect([...LEGACY_OPERATIONS].toSorted()).toEqual(
      legacy.endpoints.map(({ operationId }) => operationId).toSorted(),
    );
  });
});
