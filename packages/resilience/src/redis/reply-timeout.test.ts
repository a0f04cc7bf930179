import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { withReplyTimeout } from './reply-timeout.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** A server that answers each line at once, or never. */
async function lineTo(answers: boolean) {
  const server = createServer((socket) => socket.on('data', () => answers && socket.write('pong'))).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const address = server.address();
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  await once(socket, 'connect');
  cleanUps.push(
    () => server.close(),
    () => socket.destroy(),
  );
  return async (): Promise<string> => {
    socket.write('ping');
    const [data] = (await once(socket, 'data')) as [Buffer];
    return data.toString();
  };
}

/** Holds this thread, as a long synchronous task does. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

it('gives up after its time', async () => {
  const ask = await lineTo(false);
  await expect(withReplyTimeout(ask(), 20)).rejects.toThrow('Command timed out');
});

it('hands on what the reply is, or why there is none', async () => {
  expect(await withReplyTimeout(Promise.resolve('pong'), 1_000)).toBe('pong');
  await expect(withReplyTimeout(Promise.reject(new Error('WRONGPASS')), 1_000)).rejects.toThrow('WRONGPASS');
});

it('takes a reply that came while this process was busy', async () => {
  // The peer must answer while we are blocked, so what it says is in the socket before.
  const server = createServer((socket) => socket.write('pong')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => server.close());
  const address = server.address();
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1').pause();
  cleanUps.push(() => socket.destroy());
  await once(socket, 'connect');
  await new Promise((resolve) => setImmediate(resolve));
  const reply = once(socket, 'data').then(([data]) => String(data));
  socket.resume();
  const answer = withReplyTimeout(reply, 10);
  block(60);
  expect(await answer).toBe('pong');
});
