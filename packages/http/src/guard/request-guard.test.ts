import {
  request as ask,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type RequestListener,
} from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { newRequestId, runWithRequestId } from '@plantcommunity/telemetry';
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

/**
 * Starts a server that answers with the headers of an admitted request; sets `answers` as a framework would.
 * @param requestId under which it runs every request
 */
async function serve(
  changes: Partial<RequestGuardConfig> = {},
  answers: Record<string, string> = {},
  requestId?: string,
) {
  const guard = createRequestGuard({ ...config, ...changes });
  const handle: RequestListener = (request, response) => {
    if (guard(request, response) !== 'admitted') return;
    for (const [name, value] of Object.entries(answers)) response.setHeader(name, value);
    response.end(JSON.stringify(request.headers));
  };
  const server = createServer((request, response) => {
    if (requestId === undefined) handle(request, response);
    else runWithRequestId(requestId, () => handle(request, response));
  });
  running.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const send = (path: string, headers: OutgoingHttpHeaders = {}, method = 'GET', body = ''): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = ask({ port, path, method, headers: { Host: 'plants.example', ...headers }, agent: false });
      sent.once('error', reject);
      sent.once('response', (answer) => {
        void text(answer).then((content) =>
          resolve({ status: answer.statusCode, headers: answer.headers, body: content }),
        );
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

describe('the request guard gives the id under which the server runs a request', () => {
  const preflight = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' };
  it.each([
    { what: 'a refusal', headers: { Host: 'evil.example' }, method: 'GET', changes: {}, status: 400 },
    { what: 'a redirect', headers: {}, method: 'GET', changes: { httpsRedirect: true }, status: 308 },
    { what: 'a preflight', headers: preflight, method: 'OPTIONS', changes: {}, status: 204 },
  ])('to $what', async ({ changes, headers, method, status }) => {
    const requestId = newRequestId();
    const send = await serve(changes, {}, requestId);
    const answer = await send('/api/health', headers, method);
    expect({ status: answer.status, id: answer.headers['x-request-id'] }).toEqual({ status, id: requestId });
  });
});

describe('the request guard checks hosts: it', () => {
  it.each(everyPath)('refuses a foreign host on %s', async (path) => {
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
  ])('answers a request for Host %j with %s', async (host, status) => {
    expect((await (await serve())('/', { Host: host })).status).toBe(status);
  });

  it.each([
    ['plants.example', 'evil.example'],
    ['evil.example', 'plants.example'],
    ['plants.example', 'plants.example'],
  ])('refuses two Host headers, %s and %s', async (one, other) => {
    const { port } = await serve();
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET / HTTP/1.1\r\nHost: ${one}\r\nHost: ${other}\r\nConnection: close\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400[^]*"unknown_host"/);
  });

  it('removes X-Forwarded-Host and X-Forwarded-Port of a client', async () => {
    const send = await serve();
    const { body } = await send('/', { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Port': '1' });
    expect(body).not.toMatch(/x-forwarded-(host|port)/);
  });
});

describe('Strict-Transport-Security', () => {
  it.each([
    [false, 'max-age=31536000; includeSubDomains'],
    [true, 'max-age=31536000; includeSubDomains; preload'],
  ])('with HSTS_PRELOAD %s is %s', async (hstsPreload, policy) => {
    const { headers } = await (await serve({ hstsPreload }))('/');
    expect(headers['strict-transport-security']).toBe(policy);
  });

  it('is not sent in development', async () => {
    const { headers } = await (await serve({ mode: 'development', hstsPreload: true }))('/');
    expect(headers).not.toHaveProperty('strict-transport-security');
  });
});

describe('the redirect to https', () => {
  const https = { httpsRedirect: true, proxyHops: 1 };
  const http = { 'X-Forwarded-Proto': 'http' };

  it.each([
    ['/identify?a=b&c=%20d', 'https://plants.example/identify?a=b&c=%20d'],
    ['/api/v1/auth/me', 'https://plants.example/api/v1/auth/me'],
    ['//evil.example', 'https://plants.example//evil.example'],
    ['/\\evil.example', 'https://plants.example/\\evil.example'],
    ['/@evil.example', 'https://plants.example/@evil.example'],
    ['/.evil.example', 'https://plants.example/.evil.example'],
  ])('leads from %s to %s', async (path, location) => {
    const { headers, status } = await (await serve(https))(path, http);
    expect({ status, location: headers.location }).toEqual({ status: 308, location });
    expect(new URL(headers.location ?? '').host).toBe('plants.example');
  });

  it('leads to the public origin, not to the host of the request', async () => {
    const { headers } = await (await serve(https))('/', { ...http, Host: 'localhost:3000' });
    expect(headers.location).toBe('https://plants.example/');
  });

  it('has status 308, so that a POST keeps its body', async () => {
    const { status } = await (await serve(https))('/api/v1/auth/token', http, 'POST', '{}');
    expect(status).toBe(308);
  });

  it.each([
    {
      name: 'a request that a proxy received over https',
      changes: https,
      headers: { 'X-Forwarded-Proto': 'https' },
      status: 200,
    },
    { name: 'a request without X-Forwarded-Proto', changes: https, headers: {}, status: 308 },
    {
      name: 'a client that claims https without a proxy',
      changes: { httpsRedirect: true },
      headers: { 'X-Forwarded-Proto': 'https' },
      status: 308,
    },
    {
      name: 'a client that claims https to a proxy that appends',
      changes: https,
      headers: { 'X-Forwarded-Proto': 'https, http' },
      status: 308,
    },
    {
      name: 'a proxy that redirects by itself',
      changes: { httpsRedirect: false, proxyHops: 1 },
      headers: http,
      status: 200,
    },
    {
      name: 'a public origin that is http',
      changes: { ...https, appUrl: new URL('http://plants.example') },
      headers: http,
      status: 200,
    },
  ])('considers $name', async ({ changes, headers, status }) => {
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
  ])('treats %s over http with status %s', async (path, status) => {
    expect((await (await serve(https))(path, http)).status).toBe(status);
  });
});

describe('X-Forwarded-For and X-Forwarded-Proto', () => {
  it('get the peer appended as a proxy does, and the scheme of the connection', async () => {
    const send = await serve();
    const { body } = await send('/', { 'X-Forwarded-For': '198.51.100.1', 'X-Forwarded-Proto': 'https' });
    expect(JSON.parse(body)).toMatchObject({
      'x-forwarded-for': '198.51.100.1, 127.0.0.1',
      'x-forwarded-proto': 'http',
    });
    expect(JSON.parse((await send('/')).body)).toMatchObject({ 'x-forwarded-for': '127.0.0.1' });
  });
});

describe('the request guard passes cookies on only where they prove something:', () => {
  const cookie = { Cookie: 'session=anna' };

  it.each([
    { name: 'a page reads', method: 'GET', headers: {}, arrive: true },
    {
      name: 'a page of ours changes something',
      method: 'POST',
      headers: { 'Sec-Fetch-Site': 'same-origin' },
      arrive: true,
    },
    {
      name: 'an old browser changes something',
      method: 'POST',
      headers: { Origin: 'https://plants.example' },
      arrive: true,
    },
    { name: 'a program changes something', method: 'POST', headers: {}, arrive: false },
    { name: 'a program removes something', method: 'DELETE', headers: {}, arrive: false },
    { name: 'a program sends a token', method: 'GET', headers: { Authorization: 'Bearer abc' }, arrive: false },
    {
      name: 'a page of ours sends a token',
      method: 'POST',
      headers: { Authorization: 'bearer', 'Sec-Fetch-Site': 'same-origin' },
      arrive: false,
    },
    { name: 'a program sends other credentials', method: 'GET', headers: { Authorization: 'Basic abc' }, arrive: true },
  ])('$name ($method)', async ({ method, headers, arrive }) => {
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
    expect({ status, body }).toEqual({ status: 204, body: '' });
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'Authorization, Content-Type, X-Request-Id, Idempotency-Key, X-CSRFToken',
      vary: 'Origin',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it('exposes our headers to a listed origin, and allows cookies only to a trusted one', async () => {
    const send = await serve();
    const { headers } = await send(path, { Origin: 'https://app.example' });
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-expose-headers':
        'RateLimit, RateLimit-Policy, Retry-After, Deprecation, Sunset, Link, Idempotent-Replayed, X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Location, Allow, Accept, WWW-Authenticate',
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
  ])('grants %s nothing', async (origin) => {
    const send = await serve();
    for (const answer of [
      await send(path, { Origin: origin }),
      await send(path, { Origin: origin, ...preflight }, 'OPTIONS'),
    ]) {
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(answer.headers.vary).toBe('Origin');
    }
  });

  it('adds no header to pages, and none at all without listed origins', async () => {
    const page = await (await serve())('/identify', { Origin: 'https://app.example' });
    const none = await (await serve({ corsOrigins: [] }))(path, { Origin: 'https://app.example' });
    for (const { headers } of [page, none]) {
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect(headers).not.toHaveProperty('vary');
    }
  });
});

describe('the request guard limits bodies', () => {
  const most = 64 * 1024;
  it.each([
    { name: 'a page', path: '/login', headers: { 'Content-Length': most }, body: 'a'.repeat(most), status: 200 },
    {
      name: 'a page, too large',
      path: '/login',
      headers: { 'Content-Length': most + 1 },
      body: 'a'.repeat(most + 1),
      status: 400,
    },
    {
      name: 'a page, of unknown size',
      path: '/login',
      headers: { 'Transfer-Encoding': 'chunked' },
      body: 'a',
      status: 400,
    },
    {
      name: 'a file',
      path: '/_next/static/a.js',
      headers: { 'Content-Length': most + 1 },
      body: 'a'.repeat(most + 1),
      status: 400,
    },
    {
      name: 'the API, whose readers count the bytes',
      path: '/api/v1/auth/token',
      headers: { 'Transfer-Encoding': 'chunked' },
      body: 'a',
      status: 200,
    },
  ])('of $name', async ({ path, headers, body, status }) => {
    const answer = await (await serve())(path, headers, 'POST', body);
    const { code } = JSON.parse(answer.body) as { code?: string };
    expect({ status: answer.status, code }).toEqual({ status, code: status === 400 ? 'invalid_request' : undefined });
  });
});

describe('the request guard checks paths: it', () => {
  const upwards = ['/api/../identify', '/api/%2e%2E/identify', '/api\\..\\identify', '/.', '/a/.%2e'];
  it.each(['/%ff', '/%', '/api/v1/%c0%ae', 'http://plants.example/', '*', ...upwards])(
    'refuses the unreadable path %s',
    async (path) => {
      const { body, status } = await (await serve())(path, {}, 'OPTIONS');
      expect({ status, problem: JSON.parse(body) as unknown }).toMatchObject({
        status: 400,
        problem: { code: 'invalid_request' },
      });
    },
  );

  it('admits a path with UTF-8 escapes and dots inside names', async () => {
    expect((await (await serve())('/%C3%A9t%C3%A9/.../a.b/..c?q=%ff&/../')).status).toBe(200);
  });

  it.each(['POST', 'PUT', 'OPTIONS'])('answers %s of a static file with 405', async (method) => {
    const send = await serve();
    const { body, headers, status } = await send('/_next/static/a.js', {}, method);
    expect({ status, allow: headers.allow, problem: JSON.parse(body) as unknown }).toMatchObject({
      status: 405,
      allow: 'GET, HEAD',
      problem: { code: 'method_not_allowed', detail: `Method "${method}" not allowed.` },
    });
  });

  it('removes Range from requests for static files only', async () => {
    const send = await serve();
    const range = { Range: 'bytes=99999999-' };
    expect((await send('/_next/static/a.js', range)).body).not.toContain('range');
    expect((await send('/api/v1/auth/me', range)).body).toContain('range');
  });

  it('answers TRACE with 405', async () => {
    const { headers, status } = await (await serve())('/', {}, 'TRACE');
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, HEAD' });
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
    { name: 'a page', path: '/', headers: {}, status: 200 },
    { name: 'the API', path: '/api/v1/auth/me', headers: {}, status: 200 },
    { name: 'a file', path: '/_next/static/a.js', headers: {}, status: 200 },
    { name: 'a refusal', path: '/%ff', headers: {}, status: 400 },
    { name: 'a redirect', path: '/', headers: { 'X-Forwarded-Proto': 'http' }, status: 308 },
    {
      name: 'a preflight',
      path: '/api/v1/auth/me',
      headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'GET' },
      status: 204,
    },
  ])('are on $name', async ({ path, headers, status }) => {
    const send = await serve({ httpsRedirect: status === 308, proxyHops: 1 });
    const answer = await send(path, headers, status === 204 ? 'OPTIONS' : 'GET');
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject(always);
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(answer.headers['content-security-policy']).not.toMatch(/script-src/);
  });

  it('include Strict-Transport-Security in production, with an http origin too, and not in development', async () => {
    const appUrl = new URL('http://localhost:3000');
    const inDevelopment = await (await serve({ mode: 'development', appUrl }))('/');
    expect(inDevelopment.headers).not.toHaveProperty('strict-transport-security');
    const inProduction = await (await serve({ appUrl }))('/');
    expect(inProduction.headers).toHaveProperty('strict-transport-security');
  });

  it.each([
    ['/api/v1/auth/me', "default-src 'none'; frame-ancestors 'none'"],
    ['/_next/static/a.js', "frame-ancestors 'none'"],
  ])('give %s the Content-Security-Policy %s', async (path, policy) => {
    const send = await serve({}, { 'Content-Type': 'application/json' });
    expect((await send(path)).headers['content-security-policy']).toBe(policy);
  });

  it('allow inline styles on a page of next-auth', async () => {
    const { headers } = await (await serve({}, { 'Content-Type': 'text/html' }))('/api/auth/signout');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
  });

  it('keep the policy that a route has set', async () => {
    const own = { 'Content-Security-Policy': 'sandbox' };
    expect((await (await serve({}, own))('/api/x')).headers['content-security-policy']).toBe('sandbox');
  });
});
