import { once } from 'node:events';
import * as http from 'node:http';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { useProxy } from './proxy.ts';
import { readSettings } from './settings.ts';

/** Starts a service, and a proxy that connects every tunnel to it. */
async function startProxy() {
  const seen: string[] = [];
  const service = http.createServer((request, response) => response.end(`the service answers ${request.url}`));
  const proxy = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url} as ${request.headers['proxy-authorization']}`);
    response.end('the proxy answers');
  });
  proxy.on('connect', (request, socket) => {
    seen.push(`CONNECT ${request.url} as ${request.headers['proxy-authorization']}`);
    const there = connect(portOf(service), '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    there.pipe(socket).pipe(there);
    for (const end of [there, socket]) end.on('error', () => there.destroy());
  });
  for (const server of [service, proxy]) await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    seen,
    url: `http://user:p%40ss@127.0.0.1:${portOf(proxy)}`,
    serviceUrl: `http://127.0.0.1:${portOf(service)}`,
    [Symbol.dispose]: () => {
      for (const server of [service, proxy]) server.close().closeAllConnections();
    },
  };
}

function portOf(server: http.Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const textOf = async (url: string) => (await fetch(url)).text();
const getText = (url: string) =>
  new Promise<string>((resolve, reject) => {
    http.get(url, (response) => response.setEncoding('utf8').once('data', resolve)).once('error', reject);
  });

const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;

it('useProxy sends requests through the proxy, except to hosts in NO_PROXY and to this machine', async () => {
  using proxy = await startProxy();
  const environment = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: 'inner.invalid' };
  const undo = useProxy(readSettings({ APP_ENV: 'development', PLANT_ID_API_KEY: 'k', ...environment }));
  try {
    expect(await textOf('http://plants.invalid/one')).toBe('the service answers /one');
    expect(await getText('http://plants.invalid/two')).toBe('the proxy answers');
    // The service has no TLS, so the request fails after the proxy has opened the tunnel.
    await expect(textOf('https://plants.invalid/three')).rejects.toThrow('fetch failed');
    expect(proxy.seen).toEqual([
      `CONNECT plants.invalid:80 as ${authorization}`,
      `GET http://plants.invalid/two as ${authorization}`,
      `CONNECT plants.invalid:443 as ${authorization}`,
    ]);
    for (const host of ['127.0.0.1', 'localhost', '0.0.0.0']) {
      const direct = proxy.serviceUrl.replace('127.0.0.1', host);
      expect(await textOf(direct)).toBe('the service answers /');
      expect(await getText(direct)).toBe('the service answers /');
    }
    // The service does not listen on this address.
    const second = proxy.serviceUrl.replace('127.0.0.1', '127.0.0.2');
    await expect(getText(second)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    for (const host of ['inner.invalid', 'sub.inner.invalid']) {
      await expect(textOf(`http://${host}/`)).rejects.toMatchObject({ cause: { code: 'ENOTFOUND' } });
      await expect(getText(`http://${host}/`)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    }
    expect(proxy.seen).toHaveLength(3);
  } finally {
    undo();
  }
  await expect(textOf('http://plants.invalid/')).rejects.toThrow('fetch failed');
  expect(proxy.seen).toHaveLength(3);
});
