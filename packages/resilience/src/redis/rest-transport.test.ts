import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { RestTransport } from './rest-transport.ts';

const BLOCK_MS = 40;
const BUSY_MS = 5000;

/** Blocks the event loop again and again, so that no timer is on time. */
function keepBusy() {
  const end = performance.now() + BUSY_MS;
  let isOver = false;
  const block = () => {
    if (isOver) return;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCK_MS);
    if (performance.now() < end) setImmediate(block);
    else isOver = true;
  };
  block();
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
  const load = keepBusy();
  await expect(transport.send({ body: ['GET', 'key'] })).rejects.toThrow('timed out');
  expect(load.isOver()).toBe(false);
  load.stop();
  silent.closeAllConnections();
  silent.close();
});
