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

const PROBES = [
  '/api/health/live',
  '/api/health/ready',
  '/api/health/live/',
  '/api/health/ready?from=kubelet',
  '/api/metrics',
];
const CLOSE = 'Connection: close\r\n';

describe.each(PROBES)('the probe %s', (path) => {
  it.each([
    { name: 'an address', version: 'HTTP/1.1', host: 'Host: 10.0.1.85:3100\r\n' },
    { name: 'an IPv6 address', version: 'HTTP/1.1', host: 'Host: [fd00::1]:3000\r\n' },
    { name: 'an IPv6 address with a zone', version: 'HTTP/1.1', host: 'Host: [fe80::1%eth0]:3000\r\n' },
    { name: 'the name of a service', version: 'HTTP/1.1', host: 'Host: plant_web.default.svc.cluster.local\r\n' },
    { name: 'a foreign host', version: 'HTTP/1.1', host: 'Host: evil.example\r\n' },
    { name: 'a host in capitals', version: 'HTTP/1.1', host: 'HOST: EVIL.EXAMPLE\r\n' },
    { name: 'an empty host', version: 'HTTP/1.1', host: 'Host:\r\n' },
    { name: 'no host', version: 'HTTP/1.1', host: '' },
    { name: 'no host in HTTP/1.0', version: 'HTTP/1.0', host: '' },
    { name: 'a host in HTTP/1.0', version: 'HTTP/1.0', host: 'Host: 10.0.1.85\r\n' },
    { name: 'a host with a space', version: 'HTTP/1.1', host: 'Host: evil example\r\n' },
    { name: 'a host with user information', version: 'HTTP/1.1', host: 'Host: plants.example@evil.example\r\n' },
    { name: 'a host with a path', version: 'HTTP/1.1', host: 'Host: evil.example/api\r\n' },
    { name: 'a long host', version: 'HTTP/1.1', host: `Host: ${'evil.'.repeat(1_000)}example\r\n` },
    {
      name: 'a forwarded host',
      version: 'HTTP/1.1',
      host: 'Host: 10.0.1.85\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Port: 1\r\n',
    },
  ])('is answered for $name, and its handler sees our own host', async ({ version, host }) => {
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
