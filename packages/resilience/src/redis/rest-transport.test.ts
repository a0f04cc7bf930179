import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { RestTransport } from './rest-transport.ts';

const TURN_MS = 40;
const BUSY_MS = 5000;

/** Blocks the event loop again and again, so that no timer is on time. */
function beBusy() {
  const end = performance.now() + BUSY_MS;
  let isOver = false;
  const turn = () => {
    if (isOver) return;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TURN_MS);
    if (performance.now() < end) setImmediate(turn);
    else isOver = true;
  };
  turn();
  return {
    isOver: () => isOver,
    stop() {
      isOver = true;
    },
  };
}

it('a request without an answer times out even if the event loop is always busy', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  if (typeof address !== 'object' || !address) throw new TypeError('a server on a port has an address');
  const transport = new RestTransport({ restUrl: `http://127.0.0.1:${address.port}`, token: 'token' }, 100);
  const load = beBusy();
  await expect(transport.send({ body: ['GET', 'key'] })).rejects.toThrow('timed out');
  expect(load.isOver()).toBe(false);
  load.stop();
  silent.closeAllConnections();
  silent.close();
});
