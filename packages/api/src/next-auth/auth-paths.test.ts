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

/** Who answers a request for a path under `/api/auth`. */
async function answered(path: string, init: RequestInit = {}) {
  const { api } = apiUnderTest();
  const request = new Request(`${HOST}/api/auth/${path}`, { headers: own, ...init });
  return api.nextAuth(request, async ({ method }) => new Response(`next-auth ${method}`));
}

describe('under /api/auth', () => {
  it('are five paths of ours', () => {
    expect(ours.map(({ method, path }) => `${method} /api${path}`)).toEqual([
      'POST /api/auth/register',
      'POST /api/auth/token',
      'POST /api/auth/token/refresh',
      'POST /api/auth/token/revoke',
      'GET /api/auth/me',
    ]);
  });

  it.each(ours.flatMap(({ method, path }) => [`${method} ${path}`, `${method} ${path}/`]))(
    '%s is ours',
    async (line) => {
      const [method = '', path = ''] = line.split(' ');
      const answer = await answered(path.replace('/auth/', ''), { method });
      // Nothing is sent, and nobody is signed in.
      expect(answer.status).toBe(method === 'GET' ? 401 : 400);
      expect(answer.headers.get('deprecation')).toBe('@1767225600');
      expect(answer.headers.get('link')).toContain(`</api/v1${path.replace(/\/$/, '')}>; rel="successor-version"`);
      expect(await answer.json()).toHaveProperty('detail');
    },
  );

  it.each(nextAuths)('%s is next-auth’s, for the methods it knows', async (path) => {
    for (const [method, handed] of [
      ['GET', 'GET'],
      ['HEAD', 'GET'],
      ['POST', 'POST'],
    ] as const) {
      const answer = await answered(path, { method });
      expect([answer.status, await answer.text()]).toEqual([200, `next-auth ${handed}`]);
      expect(answer.headers.has('deprecation')).toBe(false);
    }
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await answered(path, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    }
  });

  it('a password is taken by POST alone', async () => {
    const tried = await answered('callback/credentials', { method: 'POST' });
    expect(await tried.text()).toBe('next-auth POST');
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await answered('callback/credentials', { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'GET'])(
    '%s of a path of ours is told what it takes',
    async (method) => {
      const answer = await answered('token', { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
      expect(await answer.json()).toEqual({ detail: `Method "${method}" not allowed.` });
    },
  );

  it('paths of ours are refused like all others to foreign pages', async () => {
    const foreign = await answered('token', { method: 'POST', headers: { 'Sec-Fetch-Site': 'cross-site' } });
    expect(foreign.status).toBe(403);
  });
});
