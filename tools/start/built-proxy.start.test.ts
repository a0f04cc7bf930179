import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchDocumented } from '@plantcommunity/api/testing/fetch-documented';
import { afterAll, expect, test } from 'vitest';
import { noisePhoto } from '../bench/noise-photo.ts';
import { root } from '../root.ts';
import { endAll } from './testing/ending.ts';
import { npmStart, type Run } from './testing/npm-start.ts';

/** The start may have to build. */
const BUILD_MS = 300_000;

const dataDir = mkdtempSync(join(tmpdir(), 'plant-data-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

test('the built app asks its providers through the proxy of the environment, and itself directly', {
  timeout: BUILD_MS,
}, async () => {
  const asked: string[] = [];
  const provider = Promise.withResolvers<void>();
  let run: Run | undefined;
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(502).end();
  });
  proxy.on('connect', ({ url }, socket) => {
    asked.push(`CONNECT ${url}`);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    if (url === 'plants.invalid:443') provider.resolve();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = proxy.address() as AddressInfo;
    run = npmStart(root, {
      DATA_DIR: dataDir,
      HTTPS_PROXY: `http://user:hunter2@127.0.0.1:${port}`,
      HTTP_PROXY: `http://127.0.0.1:${port}`,
      NO_PROXY: '',
      PLANT_ID_API_KEY: 'k',
      PLANT_ID_BASE_URL: 'https://plants.invalid/api/v3',
    });
    await run.ready;
    const photo = new FormData();
    photo.append('image', new Blob([new Uint8Array(await noisePhoto(100_000))], { type: 'image/jpeg' }), 'photo.jpg');
    const url = `http://127.0.0.1:${run.port}/api/v1/plant-identification/identify`;
    await fetchDocumented(url, { method: 'POST', body: photo });
    await provider.promise;
    expect(new Set(asked)).toEqual(new Set(['CONNECT plants.invalid:443']));
    expect(run.output()).not.toContain('hunter2');
  } finally {
    if (run) await endAll(run);
    proxy.close().closeAllConnections();
  }
});
