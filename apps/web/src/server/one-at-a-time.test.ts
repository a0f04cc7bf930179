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
  return { client, inWork, answered: () => answered, pause: () => new Promise((resolve) => setTimeout(resolve, 50)) };
}

it('works on one request of a connection after the other', async () => {
  const { answered, inWork, pause } = await pipelined();
  await pause();
  expect(inWork.map(({ path }) => path)).toEqual(['/a']);
  inWork[0]?.response.end('first');
  await expect.poll(() => inWork.length).toBe(2);
  inWork[1]?.response.end('second');
  await expect.poll(() => inWork.length).toBe(3);
  inWork[2]?.response.end('third');
  await expect.poll(answered).toMatch(/first[^]*second[^]*third$/);
});

it('begins nothing more for a client that has left', async () => {
  const { client, inWork, pause } = await pipelined();
  client.destroy();
  await pause();
  inWork[0]?.response.end();
  await pause();
  expect(inWork).toHaveLength(1);
});
