import { describe, expect, it } from 'vitest';
import { legacy } from '../legacy/index.ts';
import { apiUnderTest } from '../testing/api-under-test.ts';

const HOST = 'http://localhost:3000';
const own = { 'Sec-Fetch-Site': 'same-origin' };

const ours = legacy.endpoints.filter(({ path }) => path.startsWith('/auth/'));
const nextAuths = [
  'csrf',
  'session',
  'providers',
  'signin',
  'signin/github',
  'signout',
  'callback/github',
  'error',
  'tokens',
  'register/me',
];

/** Sends a request to a path under `/api/auth`. */
async function answered(path: string, init: RequestInit = {}) {
  const { api } = apiUnderTest();
  const request = new Request(`${HOST}/api/auth/${path}`, { headers: own, ...init });
  return api.nextAuth(request, async ({ method }) => new Response(`next-auth ${method}`));
}

describe('paths under /api/auth', () => {
  it('include five endpoints of legacy', () => {
    expect(ours.map(({ method, path }) => `${method} /api${path}`)).toEqual([
      'POST /api/auth/register',
      'POST /api/auth/token',
      'POST /api/auth/token/refresh',
      'POST /api/auth/token/revoke',
      'GET /api/auth/me',
    ]);
  });

  it.each(ours.flatMap(({ method, path }) => [`${method} ${path}`, `${method} ${path}/`]))(
    '%s reaches legacy',
    async (line) => {
      const [method = '', path = ''] = line.split(' ');
      const answer = await answered(path.replace('/auth/', ''), { method });
      // The request has no body and no credentials.
      expect(answer.status).toBe(method === 'GET' ? 401 : 400);
      expect(answer.headers.get('deprecation')).toBe('@1767225600');
      expect(answer.headers.get('link')).toContain(`</api/v1${path.replace(/\/$/, '')}>; rel="successor-version"`);
      expect(await answer.json()).toHaveProperty('detail');
    },
  );

  it.each(nextAuths)('%s reaches next-auth, for the methods it handles', async (path) => {
    for (const [method, passedOn] of [
      ['GET', 'GET'],
      ['HEAD', 'GET'],
      ['POST', 'POST'],
    ] as const) {
      const answer = await answered(path, { method });
      expect({ status: answer.status, body: await answer.text() }).toEqual({
        status: 200,
        body: `next-auth ${passedOn}`,
      });
      expect(answer.headers.has('deprecation')).toBe(false);
    }
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await answered(path, { method });
      expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({
        status: 405,
        allow: 'GET, HEAD, POST',
      });
    }
  });

  it('accept passwords only by POST', async () => {
    const tried = await answered('callback/credentials', { method: 'POST' });
    expect(await tried.text()).toBe('next-auth POST');
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await answered('callback/credentials', { method });
      expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({ status: 405, allow: 'POST' });
    }
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'GET'])('%s on a legacy path answers 405 with Allow', async (method) => {
    const answer = await answered('token', { method });
    const allow = 'POST, OPTIONS';
    expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({ status: 405, allow });
    expect(await answer.json()).toEqual({ detail: `Method "${method}" not allowed.` });
  });

  it('refuse requests from foreign pages', async () => {
    const foreign = await answered('token', { method: 'POST', headers: { 'Sec-Fetch-Site': 'cross-site' } });
    expect(foreign.status).toBe(403);
  });
});
