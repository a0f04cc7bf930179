import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { timeLimits } from './http-server.ts';

/** Load balancers keep an idle connection for 60 seconds; some time is lost on the way. */
const LOAD_BALANCER_MS = 65_000;
/** Time limit of an upload that keeps moving. */
const UPLOAD_MS = 600_000;
const DEFAULT_KEEP_ALIVE_MS = 75_000;

const closing: (() => void)[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const close of closing.splice(0)) close();
});

/** Starts a server with the time limits and opens a connection to it. */
async function connected(keepAliveMs: number) {
  const server = createServer(timeLimits(keepAliveMs), (_request, response) => response.end('answer'));
  const opened = once(server, 'connection');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  closing.push(
    () => client.destroy(),
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const [socket] = (await opened) as [ReturnType<typeof connect>];
  return { client, server, socket };
}

describe('timeLimits', () => {
  it('allow the slowest upload to finish', () => {
    expect(timeLimits(DEFAULT_KEEP_ALIVE_MS).requestTimeout).toBeGreaterThan(UPLOAD_MS);
  });

  it('keep an idle connection longer than a load balancer keeps it', async () => {
    const { client, server, socket } = await connected(DEFAULT_KEEP_ALIVE_MS);
    const setTimeout = vi.spyOn(socket, 'setTimeout');
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect(answer.toString()).toContain('\r\nKeep-Alive: timeout=75\r\n');
    await expect.poll(() => setTimeout).toHaveBeenCalled();
    const idleMs = Math.min(...setTimeout.mock.calls.map(([ms]) => ms));
    expect(idleMs).toBeGreaterThan(LOAD_BALANCER_MS);
    expect(server.keepAliveTimeout).toBe(DEFAULT_KEEP_ALIVE_MS);
  });

  it('keep a connection without any request longer than a load balancer keeps it', () => {
    expect(timeLimits(DEFAULT_KEEP_ALIVE_MS).headersTimeout).toBeGreaterThan(LOAD_BALANCER_MS);
  });

  it('close an idle connection after keepAliveMs', async () => {
    const { client } = await connected(20);
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(client, 'data');
    // Node adds a second, so that a client that obeys the header closes first.
    await once(client, 'end');
    expect(client.bytesRead).toBeGreaterThan(0);
  });
});
