import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { sequentialPerConnection } from './graceful-shutdown.ts';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** Opens a connection with three pipelined requests; `started` lists the requests that the handler has received. */
async function pipelined() {
  const started: { path: string | undefined; response: ServerResponse }[] = [];
  const server = createServer(
    sequentialPerConnection((request, response) => void started.push({ path: request.url, response })),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  cleanups.push(
    () => client.destroy(),
    () => server.closeAllConnections(),
    () => server.close(),
  );
  let answered = '';
  client.on('data', (chunk) => (answered += chunk.toString()));
  client.write(['/a', '/b', '/c'].map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''));
  await expect.poll(() => started.length).toBe(1);
  /** Resolves once a request of another connection has started: by then the server has read all earlier bytes. */
  const afterReading = async () => {
    const path = `/barrier-${randomUUID()}`;
    const other = connect(port, '127.0.0.1');
    cleanups.push(() => other.destroy());
    other.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await expect.poll(() => started.some((one) => one.path === path)).toBe(true);
    started.splice(
      started.findIndex((one) => one.path === path),
      1,
    );
  };
  return { client, started, answered: () => answered, afterReading };
}

it('sequentialPerConnection starts a pipelined request when the one before is answered', async () => {
  const { answered, started, afterReading } = await pipelined();
  await afterReading();
  expect(started.map(({ path }) => path)).toEqual(['/a']);
  started[0]?.response.end('first');
  await expect.poll(() => started.length).toBe(2);
  started[1]?.response.end('second');
  await expect.poll(() => started.length).toBe(3);
  started[2]?.response.end('third');
  await expect.poll(answered).toMatch(/first[^]*second[^]*third$/);
});

it('sequentialPerConnection starts no pipelined request of a client that has disconnected', async () => {
  const { client, started, afterReading } = await pipelined();
  const [first] = started;
  client.destroy();
  await expect.poll(() => first?.response.closed).toBe(true);
  await afterReading();
  expect(started).toHaveLength(1);
});
