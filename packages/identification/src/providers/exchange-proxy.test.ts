import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { expect, test } from 'vitest';
import { createExchange } from './exchange.ts';
import { errorOf, unhurried } from './testing/request.ts';

/** The types of Node lack it. */
interface WithProxy extends Pick<typeof http, 'request'> {
  setGlobalProxyFromEnv?: (environment: { https_proxy: string }) => () => void;
}

/** Sends the requests of this process through a proxy, as `useProxy` of the settings does. */
function installProxy(url: string): () => void {
  const { setGlobalProxyFromEnv: install = () => () => {} } = http as WithProxy;
  return install({ https_proxy: url });
}

test.each([407, 403, 502])(
  'a proxy that refuses with %i is named as the cause, without its password',
  async (status) => {
    const proxy = http.createServer().on('connect', (_request, socket) => {
      socket.on('error', () => {});
      socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
    const undo = installProxy(`http://user:hunter2@127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    try {
      const exchange = createExchange({ provider: 'plantnet', timeoutMs: 5_000, clock: new FakeClock() });
      const error = await errorOf(exchange({ url: new URL('https://plants.invalid/v2') }, unhurried()));
      expect(error).toMatchObject({ type: 'failed', message: `connection: the proxy answered ${status}` });
    } finally {
      undo();
      proxy.close().closeAllConnections();
    }
  },
);
