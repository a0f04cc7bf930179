import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openFrontDoor } from './front-door.ts';

const ends: (() => unknown)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
  vi.unstubAllEnvs();
});

/** As Next has it: listening, and handing requests on, before anybody else has a say. */
async function started(handed: string[]): Promise<Server> {
  const server = createServer((request, response) => {
    handed.push(request.url ?? '');
    response.end('inside');
  });
  ends.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

describe('the front door', () => {
  it('is before a server that runs already, from its first request on and only once', async () => {
    const handed: string[] = [];
    const server = await started(handed);
    const seen: string[] = [];
    const end = openFrontDoor((request, response) => {
      seen.push(request.url ?? '');
      if (request.url !== '/closed') return 'admitted';
      response.writeHead(400).end('outside');
      return 'answered';
    });
    ends.push(end);

    const origin = `http://127.0.0.1:${portOf(server)}`;
    const answers: string[] = [];
    for (const path of ['/closed', '/a', '/closed', '/b']) answers.push(await (await fetch(origin + path)).text());
    expect(answers).toEqual(['outside', 'inside', 'outside', 'inside']);
    expect(handed).toEqual(['/a', '/b']);
    expect(seen).toEqual(['/closed', '/a', '/closed', '/b']);
  });

  it('gives a request more than 10 minutes, and its headers a minute', async () => {
    const server = await started([]);
    ends.push(openFrontDoor(() => 'admitted'));
    await (await fetch(`http://127.0.0.1:${portOf(server)}/`)).text();
    expect(server.requestTimeout).toBeGreaterThan(600_000);
    expect(server.headersTimeout).toBe(60_000);
  });

  it('lets nobody past it by asking for a WebSocket', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const server = await started([]);
    const upgrades: string[] = [];
    server.on('upgrade', (request, socket) => {
      upgrades.push(request.url ?? '');
      socket.end();
    });
    const end = openFrontDoor((_request, response) => {
      response.writeHead(400, { Connection: 'close' }).end('outside');
      return 'answered';
    });
    ends.push(end);
    await fetch(`http://127.0.0.1:${portOf(server)}/`);

    const socket = connect(portOf(server), '127.0.0.1');
    socket.write('GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    expect(await text(socket)).toContain('400 Bad Request');
    expect(upgrades).toEqual([]);
  });

  it.each([
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['an expectation', 'GET / HTTP/1.1\r\nHost: a\r\nExpect: much\r\nConnection: close\r\n\r\n'],
  ])('answers a request with %s, which Node would answer by itself, the first one too', async (_what, request) => {
    const server = await started([]);
    const end = openFrontDoor((_request, response) => {
      response.writeHead(400).end('outside');
      return 'answered';
    });
    ends.push(end);
    for (let n = 0; n < 2; n += 1) {
      const socket = connect(portOf(server), '127.0.0.1');
      socket.write(request);
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 400[^]*outside/);
    }
  });
});
