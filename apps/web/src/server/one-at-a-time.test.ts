import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A connection with three pipelined requests, and what of them is in work. */
async function pipelined() {
  const inWork: { path: string | undefined; response: ServerResponse }[] = [];
  const server = createServer(oneAtATime((request, response) => void inWork.push({ path: request.url, response })));
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
  await expect.poll(() => inWork.length).toBe(1);
  /** Resolves when the server has begun a request of another connection: by then it has read what came before. */
  const readByNow = async () => {
    const path = `/barrier-${randomUUID()}`;
    const other = connect(port, '127.0.0.1');
    cleanups.push(() => other.destroy());
    other.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await expect.poll(() => inWork.some((one) => one.path === path)).toBe(true);
    inWork.splice(
      inWork.findIndex((one) => one.path === path),
      1,
    );
  };
  return { client, inWork, answered: () => answered, readByNow };
}

it('works on one request of a connection after the other', async () => {
  const { answered, inWork, readByNow } = await pipelined();
  await readByNow();
  expect(inWork.map(({ path }) => path)).toEqual(['/a']);
  inWork[0]?.response.end('first');
  await expect.poll(() => inWork.length).toBe(2);
  inWork[1]?.response.end('second');
  await expect.poll(() => inWork.length).toBe(3);
  inWork[2]?.response.end('third');
  await expect.poll(answered).toMatch(/first[^]*second[^]*third$/);
});

it('begins nothing more for a client that has left', async () => {
  const { client, inWork, readByNow } = await pipelined();
  const [first] = inWork;
  client.destroy();
  await expect.poll(() => first?.response.closed).toBe(true);
  await readByNow();
  expect(inWork).toHaveLength(1);
});
