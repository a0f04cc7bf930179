import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { withReplyTimeout } from './reply-timeout.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** Connects to a server that answers each line at once, or never. */
async function connectTo(answers: boolean) {
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

describe('withReplyTimeout', () => {
  it('gives up after its time limit', async () => {
    const ask = await connectTo(false);
    await expect(withReplyTimeout(ask(), 20)).rejects.toThrow('Command timed out');
  });

  it('returns or throws the reply', async () => {
    expect(await withReplyTimeout(Promise.resolve('pong'), 1_000)).toBe('pong');
    await expect(withReplyTimeout(Promise.reject(new Error('WRONGPASS')), 1_000)).rejects.toThrow('WRONGPASS');
  });

  it('returns a reply that arrived while this process was busy', async () => {
    // The peer cannot answer while this thread is blocked, so its reply is in the socket before.
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
    const inTime = withReplyTimeout(reply, 10);
    block(60);
    expect(await inTime).toBe('pong');
  });
});
