import { request as ask, createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { createRequestGuard, type RequestGuardConfig } from './request-guard.ts';

const config: RequestGuardConfig = {
  mode: 'production',
  appUrl: new URL('https://plants.example'),
  allowedHosts: ['plants.example', 'localhost'],
  corsOrigins: ['https://app.example', 'https://partner.example'],
  trustedOrigins: ['https://partner.example'],
  proxyHops: 0,
  httpsRedirect: false,
  hstsPreload: false,
};

const running = new Set<{ close(): unknown }>();
afterEach(() => {
  for (const server of running) server.close();
  running.clear();
});

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server that tells the headers it was let in with; behind it `answers` are set as a framework would. */
async function serve(changes: Partial<RequestGuardConfig> = {}, answers: Record<string, string> = {}) {
  const guard = createRequestGuard({ ...config, ...changes });
  const server = createServer((request, response) => {
    if (guard(request, response) === 'answered') return;
    for (const [name, value] of Object.entries(answers)) response.setHeader(name, value);
    response.end(JSON.stringify(request.headers));
  });
  running.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const send = (path: string, headers: OutgoingHttpHeaders = {}, method = 'GET', body = ''): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = ask({ port, path, method, headers: { Host: 'plants.example', ...headers }, agent: false });
      sent.once('error', reject);
      sent.once('response', (answer) => {
        void text(answer).then((told) => resolve({ status: answer.statusCode, headers: answer.headers, body: told }));
      });
      sent.end(body);
    });
  return Object.assign(send, { port });
}

const everyPath = [
  '/',
  '/admin',
  '/nothing/here',
  '/api/v1/plant-identification/identify/health',
  '/api/trpc/v1.plantIdentification.health',
  '/api/auth/session',
  '/api/health',
  '/api/health/live/more',
  '/api/health/LIVE',
  '/api/nothing',
  '/_next/static/chunks/main.js',
];

describe('hosts', () => {
  it.each(everyPath)('refuses a foreign one on %s', async (path) => {
    const send = await serve();
    const { body, headers, status } = await send(path, { Host: 'evil.example', 'X-Forwarded-Host': 'plants.example' });
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ code: 'unknown_host', requestId: headers['x-request-id'] });
    expect(headers['content-type']).toBe('application/problem+json');
  });

  it.each([
    ['PLANTS.EXAMPLE:8443', 200],
    ['plants.example.', 200],
    ['plants.example.:8443', 200],
    ['plants.example..', 400],
    ['www.plants.example', 400],
    ['plants.example@evil.example', 400],
    ['evil.example:plants.example', 400],
    ['plants.example.evil.example', 400],
  ])('lets Host %j in with %s', async (host, status) => {
    expect((await (await serve())('/', { Host: host })).status).toBe(status);
  });

  it.each([
    ['plants.example', 'evil.example'],
    ['evil.example', 'plants.example'],
    ['plants.example', 'plants.example'],
  ])('refuses both of %s and %s', async (one, other) => {
    const { port } = await serve();
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET / HTTP/1.1\r\nHost: ${one}\r\nHost: ${other}\r\nConnection: close\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400[^]*"unknown_host"/);
  });

  it('takes away what a client says of our host', async () => {
    const send = await serve();
    const { body } = await send('/', { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Port': '1' });
    expect(body).not.toMatch(/x-forwarded-(host|port)/);
  });
});

describe('HSTS', () => {
  it.each([
    [false, 'max-age=31536000; includeSubDomains'],
    [true, 'max-age=31536000; includeSubDomains; preload'],
  ])('asks for the preload list: %s', async (hstsPreload, policy) => {
    const { headers } = await (await serve({ hstsPreload }))('/');
    expect(headers['strict-transport-security']).toBe(policy);
  });

  it('is never sent in development', async () => {
    const { headers } = await (await serve({ mode: 'development', hstsPreload: true }))('/');
    expect(headers).not.toHaveProperty('strict-transport-security');
  });
});

describe('https', () => {
  const https = { httpsRedirect: true, proxyHops: 1 };
  const http = { 'X-Forwarded-Proto': 'http' };

  it.each([
    ['/identify?a=b&c=%20d', 'https://plants.example/identify?a=b&c=%20d'],
    ['/api/v1/auth/me', 'https://plants.example/api/v1/auth/me'],
    ['//evil.example', 'https://plants.example//evil.example'],
    ['/\\evil.example', 'https://plants.example/\\evil.example'],
    ['/@evil.example', 'https://plants.example/@evil.example'],
    ['/.evil.example', 'https://plants.example/.evil.example'],
  ])('sends %s to %s', async (path, location) => {
    const { headers, status } = await (await serve(https))(path, http);
    expect([status, headers.location]).toEqual([308, location]);
    expect(new URL(headers.location ?? '').host).toBe('plants.example');
  });

  it('goes by the public origin and not by the host that was called', async () => {
    const { headers } = await (await serve(https))('/', { ...http, Host: 'localhost:3000' });
    expect(headers.location).toBe('https://plants.example/');
  });

  it('keeps a body going', async () => {
    const { status } = await (await serve(https))('/api/v1/auth/token', http, 'POST', '{}');
    expect(status).toBe(308);
  });

  it.each([
    ['a proxy that took it over https', https, { 'X-Forwarded-Proto': 'https' }, 200],
    ['a proxy that says nothing', https, {}, 308],
    ['a client that says https without a proxy', { httpsRedirect: true }, { 'X-Forwarded-Proto': 'https' }, 308],
    ['a client before a proxy that appends', https, { 'X-Forwarded-Proto': 'https, http' }, 308],
    ['a proxy that redirects itself', { httpsRedirect: false, proxyHops: 1 }, http, 200],
    ['an origin over http', { ...https, appUrl: new URL('http://plants.example') }, http, 200],
  ])('knows %s', async (_case, changes, headers, status) => {
    expect((await (await serve(changes))('/', headers)).status).toBe(status);
  });

  it.each([
    ['/api/health/live', 200],
    ['/api/health/ready/', 200],
    ['/api/health/ready?x', 200],
    ['/api/health', 308],
    ['/api/health/../v1/auth/me', 400],
    ['/api/health/live/%2E%2e/../metrics', 400],
    ['/api/nothing', 308],
  ])('answers %s over http with %s', async (path, status) => {
    expect((await (await serve(https))(path, http)).status).toBe(status);
  });
});

describe('where a request came from', () => {
  it('is appended like a proxy does, and the scheme set right', async () => {
    const send = await serve();
    const { body } = await send('/', { 'X-Forwarded-For': '198.51.100.1', 'X-Forwarded-Proto': 'https' });
    expect(JSON.parse(body)).toMatchObject({
      'x-forwarded-for': '198.51.100.1, 127.0.0.1',
      'x-forwarded-proto': 'http',
    });
    expect(JSON.parse((await send('/')).body)).toMatchObject({ 'x-forwarded-for': '127.0.0.1' });
  });
});

describe('cookies', () => {
  const cookie = { Cookie: 'session=anna' };

  it.each([
    ['a page asks', 'GET', {}, true],
    ['a page of ours changes something', 'POST', { 'Sec-Fetch-Site': 'same-origin' }, true],
    ['an old browser changes something', 'POST', { Origin: 'https://plants.example' }, true],
    ['a program changes something', 'POST', {}, false],
    ['a program removes something', 'DELETE', {}, false],
    ['a token is shown', 'GET', { Authorization: 'Bearer abc' }, false],
    [
      'a token is shown from a page of ours',
      'POST',
      { Authorization: 'bearer', 'Sec-Fetch-Site': 'same-origin' },
      false,
    ],
    ['other credentials are shown', 'GET', { Authorization: 'Basic abc' }, true],
  ])('when %s (%s)', async (_case, method, headers, arrive) => {
    const { body } = await (await serve())('/api/auth/signout', { ...cookie, ...headers }, method);
    expect(body.includes('session=anna')).toBe(arrive);
  });
});

describe('CORS', () => {
  const path = '/api/v1/plant-identification/identify';
  const preflight = { 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization' };

  it('answers the preflight of a listed origin', async () => {
    const { body, headers, status } = await (await serve())(
      path,
      { Origin: 'https://app.example', ...preflight },
      'OPTIONS',
    );
    expect([status, body]).toEqual([204, '']);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'Authorization, Content-Type, X-Request-Id, Idempotency-Key',
      vary: 'Origin',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it('shows a listed origin our headers, and lets it send cookies only where it may change state with them', async () => {
    const send = await serve();
    const { headers } = await send(path, { Origin: 'https://app.example' });
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-expose-headers':
        'RateLimit, RateLimit-Policy, Retry-After, Deprecation, Sunset, Link, X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset',
      vary: 'Origin',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    const trusted = await send(path, { Origin: 'https://partner.example' });
    expect(trusted.headers['access-control-allow-credentials']).toBe('true');
  });

  it.each([
    'https://evil.example',
    'null',
    'http://app.example',
    'https://app.example:8443',
    'https://app.example.evil.example',
    'HTTPS://APP.EXAMPLE',
  ])('tells %s nothing', async (origin) => {
    const send = await serve();
    for (const answer of [
      await send(path, { Origin: origin }),
      await send(path, { Origin: origin, ...preflight }, 'OPTIONS'),
    ]) {
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(answer.headers.vary).toBe('Origin');
    }
  });

  it('leaves pages, and everything when nobody is listed, alone', async () => {
    const page = await (await serve())('/identify', { Origin: 'https://app.example' });
    const none = await (await serve({ corsOrigins: [] }))(path, { Origin: 'https://app.example' });
    for (const { headers } of [page, none]) {
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect(headers).not.toHaveProperty('vary');
    }
  });
});

describe('bodies', () => {
  const most = 64 * 1024;
  it.each([
    ['a page', '/login', { 'Content-Length': most }, 'a'.repeat(most), 200],
    ['a page, too large', '/login', { 'Content-Length': most + 1 }, 'a'.repeat(most + 1), 400],
    ['a page, of unknown size', '/login', { 'Transfer-Encoding': 'chunked' }, 'a', 400],
    ['a file', '/_next/static/a.js', { 'Content-Length': most + 1 }, 'a'.repeat(most + 1), 400],
    ['the API, which counts by itself', '/api/v1/auth/token', { 'Transfer-Encoding': 'chunked' }, 'a', 200],
  ])('of %s', async (_case, path, headers, body, status) => {
    const answer = await (await serve())(path, headers, 'POST', body);
    const { code } = JSON.parse(answer.body) as { code?: string };
    expect([answer.status, code]).toEqual([status, status === 400 ? 'invalid_request' : undefined]);
  });
});

describe('paths', () => {
  const upwards = ['/api/../identify', '/api/%2e%2E/identify', '/api\\..\\identify', '/.', '/a/.%2e'];
  it.each(['/%ff', '/%', '/api/v1/%c0%ae', 'http://plants.example/', '*', ...upwards])(
    'refuses %s, which nobody can read',
    async (path) => {
      const { body, status } = await (await serve())(path, {}, 'OPTIONS');
      expect([status, JSON.parse(body)]).toMatchObject([400, { code: 'invalid_request' }]);
    },
  );

  it('reads others', async () => {
    expect((await (await serve())('/%C3%A9t%C3%A9/.../a.b/..c?q=%ff&/../')).status).toBe(200);
  });

  it.each(['POST', 'PUT', 'OPTIONS'])('are no files to %s', async (method) => {
    const send = await serve();
    const { body, headers, status } = await send('/_next/static/a.js', {}, method);
    expect([status, headers.allow, JSON.parse(body)]).toMatchObject([
      405,
      'GET, HEAD',
      { code: 'method_not_allowed', detail: `Method "${method}" not allowed.` },
    ]);
  });

  it('give whole files', async () => {
    const send = await serve();
    const range = { Range: 'bytes=99999999-' };
    expect((await send('/_next/static/a.js', range)).body).not.toContain('range');
    expect((await send('/api/v1/auth/me', range)).body).toContain('range');
  });

  it('echoes nothing', async () => {
    const { headers, status } = await (await serve())('/', {}, 'TRACE');
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });
});

describe('the headers of every answer', () => {
  const always = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'permissions-policy': 'camera=(self), geolocation=(self), microphone=()',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
  };

  it.each([
    ['a page', '/', {}, 200],
    ['the API', '/api/v1/auth/me', {}, 200],
    ['a file', '/_next/static/a.js', {}, 200],
    ['a refusal', '/%ff', {}, 400],
    ['a redirect', '/', { 'X-Forwarded-Proto': 'http' }, 308],
    ['a preflight', '/api/v1/auth/me', { Origin: 'https://app.example', 'Access-Control-Request-Method': 'GET' }, 204],
  ])('are on %s', async (_case, path, headers, status) => {
    const send = await serve({ httpsRedirect: status === 308, proxyHops: 1 });
    const answer = await send(path, headers, status === 204 ? 'OPTIONS' : 'GET');
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject(always);
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(answer.headers['content-security-policy']).not.toMatch(/script-src/);
  });

  it('bind nobody to https who develops, and everybody in production whatever the scheme', async () => {
    const appUrl = new URL('http://localhost:3000');
    const developed = await (await serve({ mode: 'development', appUrl }))('/');
    expect(developed.headers).not.toHaveProperty('strict-transport-security');
    const produced = await (await serve({ appUrl }))('/');
    expect(produced.headers).toHaveProperty('strict-transport-security');
  });

  it.each([
    ['/api/v1/auth/me', "default-src 'none'; frame-ancestors 'none'"],
    ['/_next/static/a.js', "frame-ancestors 'none'"],
  ])('give %s the policy %s', async (path, policy) => {
    const send = await serve({}, { 'Content-Type': 'application/json' });
    expect((await send(path)).headers['content-security-policy']).toBe(policy);
  });

  it('let a form of next-auth look like something', async () => {
    const { headers } = await (await serve({}, { 'Content-Type': 'text/html' }))('/api/auth/signout');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
  });

  it('leave a policy of an answer its own', async () => {
    const own = { 'Content-Security-Policy': 'sandbox' };
    expect((await (await serve({}, own))('/api/x')).headers['content-security-policy']).toBe('sandbox');
  });
});
