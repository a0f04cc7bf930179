import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../testing/api-under-test.ts';

const AUTH = 'http://localhost:3000/api/auth';
const CALLBACK = `${AUTH}/callback/credentials`;
const SESSION = `${AUTH}/session`;

function posted(
  body: string | ReadableStream<Uint8Array>,
  contentType: string,
  headers: Record<string, string> = {},
): Request {
  return new Request(CALLBACK, {
    method: 'POST',
    headers: { 'Content-Type': contentType, 'Sec-Fetch-Site': 'same-origin', ...headers },
    body,
    duplex: 'half',
  });
}

const echo = async (request: Request) => new Response(`${request.method} ${await request.text()}`);

describe('the next-auth handler', () => {
  it('passes on small, well-formed bodies with their headers', async () => {
    const { api } = apiUnderTest();
    const form = await api.nextAuth(posted('email=a%40b.c', 'application/x-www-form-urlencoded'), echo);
    expect(await form.text()).toBe('POST email=a%40b.c');
    const cookie = await api.nextAuth(
      posted('{"a":1}', 'application/json', { Cookie: 'x=y' }),
      async ({ headers }) => new Response(headers.get('cookie')),
    );
    expect(await cookie.text()).toBe('x=y');
    expect(await (await api.nextAuth(new Request(SESSION), echo)).text()).toBe('GET ');
  });

  it('passes on a request that can be cloned, also for proxied requests', async () => {
    const proxied = new Proxy(new Request(SESSION, { headers: { Cookie: 'x=y' } }), {
      get: (target, name) => Reflect.get(target, name, target) as unknown,
    });
    const answer = await apiUnderTest().api.nextAuth(
      proxied,
      async (request) => new Response(new Request(request).headers.get('cookie')),
    );
    expect(await answer.text()).toBe('x=y');
  });

  it('adds the headers of every API response', async () => {
    const { headers } = await apiUnderTest().api.nextAuth(new Request(SESSION), echo);
    expect(headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('stops reading a body of unknown length at 64 kB', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 16_384;
        controller.enqueue(new Uint8Array(16_384).fill(97));
      },
    });
    const answer = await apiUnderTest().api.nextAuth(posted(endless, 'application/json'), echo);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_request', detail: 'The body is larger than 64 kB.' });
    expect(sent).toBeLessThan(128 * 1024);
  });

  it('refuses malformed JSON', async () => {
    const answer = await apiUnderTest().api.nextAuth(posted('{', 'application/json; charset=utf-8'), echo);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_request' });
  });

  it.each(['', '/more', '?callbackUrl=%2F'])('accepts passwords only by POST (%s)', async (end) => {
    for (const method of ['GET', 'HEAD', 'PUT']) {
      const answer = await apiUnderTest().api.nextAuth(new Request(CALLBACK + end, { method }), echo);
      expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({ status: 405, allow: 'POST' });
      expect(await answer.json()).toMatchObject({ code: 'method_not_allowed' });
    }
  });

  it.each(['x', 'history', 'javascript:alert(1)', 'https:', '//['])(
    'refuses the callbackUrl %s, on which next-auth throws',
    async (wanted) => {
      const query = new URLSearchParams({ callbackUrl: wanted }).toString();
      for (const request of [
        new Request(`${SESSION}?${query}`),
        new Request(`${AUTH}/signout?callbackUrl=%2F&${query}`),
      ]) {
        const answer = await apiUnderTest().api.nextAuth(request, echo);
        expect(await answer.json()).toMatchObject({ status: 400, code: 'invalid_request' });
      }
    },
  );

  it.each(['/', '/history?page=2#x', 'http://localhost:3000/', 'https://evil.example/', '//evil.example', ''])(
    'passes on the callbackUrl %s',
    async (wanted) => {
      const query = new URLSearchParams({ callbackUrl: wanted }).toString();
      const answer = await apiUnderTest().api.nextAuth(new Request(`${SESSION}?${query}`), echo);
      expect(answer.status).toBe(200);
    },
  );

  it('refuses unknown hosts and foreign pages', async () => {
    const { api } = apiUnderTest();
    const foreign = await api.nextAuth(
      posted('a=b', 'application/x-www-form-urlencoded', { 'Sec-Fetch-Site': 'cross-site' }),
      echo,
    );
    expect(await foreign.json()).toMatchObject({ status: 403, code: 'foreign_origin' });
    const unknownHost = await api.nextAuth(new Request('http://evil.example/api/auth/csrf'), echo);
    expect(await unknownHost.json()).toMatchObject({ status: 400, code: 'unknown_host' });
  });

  it.each(['_log', '_log/', '_log/x', '%5Flog', '_lo%67', '/_log', '_log?nextauth=session'])(
    'hides next-auth’s logging route at %s',
    async (path) => {
      const { api, log } = apiUnderTest();
      const request = new Request(`${AUTH}/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin' },
        body: JSON.stringify({ level: 'error', code: 'MADE_UP' }),
      });
      const answer = await api.nextAuth(request, async () => new Response('next-auth'));
      expect({ status: answer.status, body: await answer.json() }).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      });
      expect(log.join('')).not.toContain('MADE_UP');
    },
  );

  it('ends a removed or replaced session before it responds', async () => {
    const order: string[] = [];
    const { api } = apiUnderTest({
      auth: {
        async endReplacedSession(request, answer) {
          order.push(`${request.get('cookie')} -> ${answer.getSetCookie().join()}`);
        },
      },
    });
    const signOut = new Request(`${AUTH}/signout`, {
      method: 'POST',
      headers: { 'Sec-Fetch-Site': 'same-origin', Cookie: 'session=abc' },
    });
    await api.nextAuth(signOut, async () => new Response(null, { headers: { 'Set-Cookie': 'session=; Max-Age=0' } }));
    order.push('answered');
    expect(order).toEqual(['session=abc -> session=; Max-Age=0', 'answered']);
  });

  it('answers 500 to a sign-out whose session could not be ended', async () => {
    const { api } = apiUnderTest({
      auth: {
        async endReplacedSession() {
          throw new Error('the database is gone');
        },
      },
    });
    const answer = await api.nextAuth(
      new Request(`${AUTH}/signout`, { method: 'POST', headers: { 'Sec-Fetch-Site': 'same-origin' } }),
      async () => new Response(null, { headers: { 'Set-Cookie': 'session=; Max-Age=0' } }),
    );
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it('logs errors of next-auth and does not show them', async () => {
    const { api, log } = apiUnderTest();
    const answer = await api.nextAuth(new Request(SESSION), async () => {
      throw new Error('secret');
    });
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret');
    expect(log.join()).toContain('secret');
  });
});
