import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../testing/api-under-test.ts';

const CALLBACK = 'http://localhost:3000/api/auth/callback/credentials';
const RIGHT = 'correct horse';

interface Try {
  email?: string;
  password?: string;
  address?: string;
  url?: string;
  as?: 'form' | 'json';
}

function requestOf({ address = '203.0.113.7', as = 'form', email, password = 'wrong', url = CALLBACK }: Try): Request {
  const fields = { ...(email !== undefined && { email }), password, csrfToken: 'c', json: 'true' };
  return new Request(url, {
    method: 'POST',
    headers: {
      'Content-Type': as === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
      'Sec-Fetch-Site': 'same-origin',
      'X-Forwarded-For': address,
    },
    body: as === 'json' ? JSON.stringify(fields) : new URLSearchParams(fields),
  });
}

/** Answers like next-auth: with a session cookie, in one piece or two, for the right password, otherwise with an error. */
function signInUnderTest() {
  const { api, clock } = apiUnderTest({ config: { proxyHops: 1 } });
  let checks = 0;
  const nextAuth = async (request: Request) => {
    checks += 1;
    const answer = Response.json({ url: 'http://localhost:3000/' });
    const text = await request.text();
    answer.headers.append('Set-Cookie', 'callback-url=%2F; Path=/');
    if (!text.includes(RIGHT) && !text.includes(RIGHT.replace(' ', '+'))) {
      answer.headers.append('Set-Cookie', 'session=; Max-Age=0; Path=/');
      return answer;
    }
    answer.headers.append('Set-Cookie', checks % 2 === 0 ? 'session=abc; Path=/' : 'session.0=abc; Path=/');
    return answer;
  };
  return {
    clock,
    api,
    checks: () => checks,
    attempt: (given: Try) => api.nextAuth(requestOf(given), nextAuth),
  };
}

describe('sign-in attempts', () => {
  it.each(['form', 'json'] as const)('are checked five times in 15 minutes, and then refused (%s)', async (as) => {
    const { attempt, checks, clock } = signInUnderTest();
    for (let n = 0; n < 5; n += 1) expect((await attempt({ email: 'anna@example.org', as })).status).toBe(200);
    const refused = await attempt({ email: 'Anna@Example.org ', as, password: RIGHT });
    expect(refused.status).toBe(429);
    expect(checks()).toBe(5);
    expect(refused.headers.get('retry-after')).toBe('900');
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(await refused.json()).toMatchObject({
      status: 429,
      code: 'rate_limited',
      detail: 'Request was throttled. Expected available in 900 seconds.',
    });
    clock.advance(15 * 60_000);
    expect((await attempt({ email: 'anna@example.org', as, password: RIGHT })).status).toBe(200);
    expect(checks()).toBe(6);
  });

  it('are refused with the address of the login page, from which next-auth’s client reads the error', async () => {
    const { attempt } = signInUnderTest();
    for (let n = 0; n < 5; n += 1) await attempt({ email: 'anna@example.org' });
    const refused = await attempt({ email: 'anna@example.org' });
    expect(await refused.json()).toMatchObject({ url: 'http://localhost:3000/login?error=rate_limited' });
  });

  it('that succeed are refunded', async () => {
    const { attempt, checks } = signInUnderTest();
    for (let n = 0; n < 30; n += 1) await attempt({ email: 'anna@example.org', password: RIGHT });
    expect(checks()).toBe(30);
  });

  it('count by the address that our proxies report', async () => {
    const { attempt } = signInUnderTest();
    for (let n = 0; n < 20; n += 1) await attempt({ email: `user${n}@example.org` });
    expect((await attempt({ email: 'anna@example.org' })).status).toBe(429);
    expect((await attempt({ email: 'anna@example.org', address: '198.51.100.9' })).status).toBe(200);
  });

  it('count for every spelling of the path', async () => {
    const { attempt } = signInUnderTest();
    const paths = ['/', '//', '/?callbackUrl=%2F', '/more'].map((end) => CALLBACK + end);
    const escaped = [CALLBACK.replace('credentials', '%63redentials'), CALLBACK.replace('callback', 'c%61llback')];
    for (const url of [...paths.slice(0, 3), ...escaped]) await attempt({ email: 'anna@example.org', url });
    for (const url of [CALLBACK, ...paths, ...escaped]) {
      expect((await attempt({ email: 'anna@example.org', url })).status).toBe(429);
    }
  });

  it('count for the last email address of a form, which next-auth checks', async () => {
    const { api } = signInUnderTest();
    const send = (first: string) =>
      api.nextAuth(
        new Request(CALLBACK, {
          method: 'POST',
          headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin' },
          body: `email=${first}&email=anna%40example.org`,
        }),
        async () => new Response(),
      );
    for (let n = 0; n < 5; n += 1) expect((await send(`user${n}%40example.org`)).status).toBe(200);
    expect((await send('new%40example.org')).status).toBe(429);
  });

  it.each([
    ['application/x-www-form-urlencoded', 'email=anna%40example.org'],
    ['application/json', '{"email":"anna@example.org"}'],
  ])('count for the same email address behind a byte order mark, which next-auth drops (%s)', async (type, body) => {
    const { attempt, api } = signInUnderTest();
    for (let n = 0; n < 5; n += 1) await attempt({ email: 'anna@example.org' });
    const marked = new Request(CALLBACK, {
      method: 'POST',
      headers: { 'Content-Type': type, 'Sec-Fetch-Site': 'same-origin', 'X-Forwarded-For': '203.0.113.7' },
      body: `\ufeff${body}`,
    });
    const answer = await api.nextAuth(marked, async (request) => new Response(await request.text()));
    expect(answer.status).toBe(429);
  });

  it('without a readable email address count together', async () => {
    const { attempt } = signInUnderTest();
    for (let n = 0; n < 5; n += 1) await attempt({});
    expect((await attempt({})).status).toBe(429);
  });

  it('are the only requests that count', async () => {
    const { api, attempt } = signInUnderTest();
    const others = [
      new Request('http://localhost:3000/api/auth/session'),
      requestOf({ url: 'http://localhost:3000/api/auth/signout' }),
      requestOf({ url: 'http://localhost:3000/api/auth/callback/github' }),
    ];
    for (let n = 0; n < 30; n += 1) {
      for (const request of others) {
        expect((await api.nextAuth(request.clone(), async () => new Response())).status).toBe(200);
      }
      expect((await api.nextAuth(new Request(CALLBACK), async () => new Response())).status).toBe(405);
    }
    expect((await attempt({ email: 'anna@example.org' })).status).toBe(200);
  });
});
