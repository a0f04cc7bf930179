import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { createRequestGuard } from './request-guard.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/**
 * Starts a production server behind an https proxy, which answers with the target and headers that its handler gets.
 */
async function served(): Promise<(request: string) => Promise<string>> {
  const guard = createRequestGuard({
    mode: 'production',
    appUrl: new URL('https://plants.example:8443'),
    allowedHosts: ['plants.example'],
    corsOrigins: ['https://app.example'],
    trustedOrigins: [],
    proxyHops: 1,
    httpsRedirect: true,
    hstsPreload: false,
  });
  const server = createServer({ requireHostHeader: false }, (request, response) => {
    if (guard(request, response) === 'admitted') response.end(JSON.stringify([request.url, request.headers]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return (request) => {
    const socket = connect(port, '127.0.0.1');
    socket.write(request);
    return text(socket);
  };
}

const PROBES = ['/api/health/live', '/api/health/ready', '/api/health/live/', '/api/health/ready?from=kubelet'];
const CLOSE = 'Connection: close\r\n';

describe.each(PROBES)('the probe %s', (path) => {
  it.each([
    ['an address', 'HTTP/1.1', 'Host: 10.0.1.85:3100\r\n'],
    ['an IPv6 address', 'HTTP/1.1', 'Host: [fd00::1]:3000\r\n'],
    ['an IPv6 address with a zone', 'HTTP/1.1', 'Host: [fe80::1%eth0]:3000\r\n'],
    ['the name of a service', 'HTTP/1.1', 'Host: plant_web.default.svc.cluster.local\r\n'],
    ['a foreign host', 'HTTP/1.1', 'Host: evil.example\r\n'],
    ['a host in capitals', 'HTTP/1.1', 'HOST: EVIL.EXAMPLE\r\n'],
    ['an empty host', 'HTTP/1.1', 'Host:\r\n'],
    ['no host', 'HTTP/1.1', ''],
    ['no host in HTTP/1.0', 'HTTP/1.0', ''],
    ['a host in HTTP/1.0', 'HTTP/1.0', 'Host: 10.0.1.85\r\n'],
    ['a host with a space', 'HTTP/1.1', 'Host: evil example\r\n'],
    ['a host with user information', 'HTTP/1.1', 'Host: plants.example@evil.example\r\n'],
    ['a host with a path', 'HTTP/1.1', 'Host: evil.example/api\r\n'],
    ['a long host', 'HTTP/1.1', `Host: ${'evil.'.repeat(1_000)}example\r\n`],
    ['a forwarded host', 'HTTP/1.1', 'Host: 10.0.1.85\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Port: 1\r\n'],
  ])('is answered for %s, and its handler sees our own host', async (_case, version, host) => {
    const ask = await served();
    const answer = await ask(`GET ${path} ${version}\r\n${host}${CLOSE}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain(`["${path}",`);
    expect(answer).toContain('"host":"plants.example:8443"');
    expect(answer).not.toMatch(/evil|10\.0\.1\.85|fd00|fe80|cluster|^location:/im);
  });

  it.each(['http://10.0.1.85:3100', 'https://evil.example', 'http://plants.example'])(
    'is answered for the target %s',
    async (origin) => {
      const ask = await served();
      const answer = await ask(`GET ${origin}${path} HTTP/1.1\r\nHost: 10.0.1.85\r\n${CLOSE}\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(answer).toContain(`["${path}",`);
    },
  );

  it('is answered to HEAD', async () => {
    const ask = await served();
    expect(await ask(`HEAD ${path} HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it('is refused with two hosts (RFC 9112, 3.2)', async () => {
    const ask = await served();
    const answer = await ask(`GET ${path} HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n${CLOSE}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"invalid_request"');
    expect(answer).toContain('more than one Host header');
    expect(answer).not.toMatch(/[ab]\.example/);
  });

  it('is checked by method, not by host: TRACE gets 405, a preflight 204', async () => {
    const ask = await served();
    const trace = await ask(`TRACE ${path} HTTP/1.1\r\nHost: 10.0.1.85\r\n${CLOSE}\r\n`);
    expect(trace).toMatch(/^HTTP\/1\.1 405 /);
    const options = await ask(
      `OPTIONS ${path} HTTP/1.1\r\nHost: 10.0.1.85\r\nOrigin: https://app.example\r\nAccess-Control-Request-Method: GET\r\n${CLOSE}\r\n`,
    );
    expect(options).toMatch(/^HTTP\/1\.1 204 /);
  });
});

describe('a path that is no probe', () => {
  it.each([
    '/',
    '/api/health',
    '/api/health/',
    '/api/health/live/more',
    '/api/health/lively',
    '/api/health/liv%65',
    '/api/health/Live',
    '//api/health/live',
    '/api/health/live/../../v1/auth/me',
    '/api/health/live//',
    '/api/health/live;x',
    '/api/v1/auth/me?/api/health/live',
    'http://10.0.1.85/api/v1/auth/me',
    'http://10.0.1.85/?/api/health/live',
    'http://10.0.1.85',
    'ftp://10.0.1.85/api/health/live',
  ])('is refused for a foreign host and without a host: %s', async (target) => {
    const ask = await served();
    for (const head of ['HTTP/1.1\r\nHost: 10.0.1.85:3100', 'HTTP/1.1\r\nHost:', 'HTTP/1.1', 'HTTP/1.0']) {
      const answer = await ask(`GET ${target} ${head}\r\n${CLOSE}\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('"code":"unknown_host"');
      expect(answer).not.toContain('10.0.1.85');
    }
  });
});
