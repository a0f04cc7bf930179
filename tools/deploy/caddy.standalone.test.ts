import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { root } from '../root.ts';
import { service, startChild } from '../start/child.ts';
import { findProgram } from '../start/find-program.ts';
import { createProcessGroup } from '../start/process-group.ts';

const START_MS = 20_000;
const LARGE = 64 * 1024 ** 2;
const READY = '/api/health/ready';

const caddy = findProgram('caddy');

describe.skipIf(caddy === undefined)(`Caddy${caddy === undefined ? ' (there is no caddy)' : ''}`, () => {
  const group = createProcessGroup({ add: () => {} });
  const folder = mkdtempSync(join(tmpdir(), 'plant-caddy-'));
  const accessLog = join(folder, 'access.log');
  let port: number;
  let instances: { server: Server; port: number }[];
  let isReady = (_name: string): boolean => true;
  /** What an instance does with a request; `beforeEach` sets it. */
  let answer: (request: IncomingMessage, response: ServerResponse, name: string) => void = (_request, response) => {
    response.end();
  };

  async function startInstance(name: string): Promise<{ server: Server; port: number }> {
    const server = createServer((incoming, response) => {
      if (incoming.url === READY) response.writeHead(isReady(name) ? 200 : 503).end();
      else answer(incoming, response, name);
    });
    // As in the app: longer than Caddy keeps an idle connection, so that no request meets one that is closing.
    server.keepAliveTimeout = 75_000;
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
  }

  beforeAll(async () => {
    instances = [await startInstance('app-1'), await startInstance('app-2')];
    port = await freePort();
    const text = readFileSync(join(root, 'ops/caddy/Caddyfile'), 'utf8')
      .replace(/^\{\$SITE_HOST\}/m, `http://127.0.0.1:${port}`)
      .replace(/app-1:3000 app-2:3000/, instances.map((each) => `127.0.0.1:${each.port}`).join(' '));
    const config = join(folder, 'Caddyfile');
    writeFileSync(
      config,
      `{\n\tadmin off\n\tlog {\n\t\tlevel ERROR\n\t}\n}\n${text.replace(/^\tlog \{$/m, `\tlog {\n\t\toutput file ${accessLog}`)}`,
    );
    const command = service('supervise', caddy ?? '', 'run', '--config', config, '--adapter', 'caddyfile');
    const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
    group.add(startChild({ name: 'Caddy', command, cwd: folder, env }));
    // oxlint-disable-next-line vitest/no-restricted-vi-methods -- a hook has no expect
    await vi.waitFor(() => fetch(urlOf('/')), { timeout: START_MS });
  });
  beforeEach(() => {
    answer = (_request, response, name) => response.end(name);
  });
  afterAll(async () => {
    await group.stop();
    for (const { server } of instances) server.close().closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  });

  const urlOf = (path: string) => `http://127.0.0.1:${port}${path}`;

  it('sends each event of a stream on at once, and tells the app when the reader leaves', async () => {
    const left = Promise.withResolvers<void>();
    answer = (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: first\n\n');
      response.once('close', left.resolve);
    };
    const reader = new AbortController();
    const { body } = await fetch(urlOf('/api/trpc/stream'), { signal: reader.signal });
    const events = body?.pipeThrough(new TextDecoderStream()).getReader();
    expect(await events?.read()).toEqual({ done: false, value: 'data: first\n\n' });
    reader.abort();
    await left.promise;
  });

  it('tells the app the host, the scheme and the address of the client, not what the client claims', async () => {
    answer = (incoming, response) => response.end(JSON.stringify(incoming.headers));
    const headers = { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https' };
    const seen: unknown = await (await fetch(urlOf('/'), { headers })).json();
    expect(seen).toMatchObject({
      host: `127.0.0.1:${port}`,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
    });
  });

  it('lets no stranger continue a trace or read the metrics', async () => {
    answer = (incoming, response) => response.end(JSON.stringify(incoming.headers));
    const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=1' };
    const seen: unknown = await (await fetch(urlOf('/'), { headers })).json();
    expect(seen).not.toHaveProperty('traceparent');
    expect(seen).not.toHaveProperty('tracestate');
    for (const path of ['/api/metrics', '/api/metrics/']) expect((await fetch(urlOf(path))).status).toBe(404);
  });

  it('logs paths without their queries', async () => {
    await fetch(urlOf('/api/auth/callback/github?code=secret-code'));
    const logged = () => readFileSync(accessLog, 'utf8');
    await expect.poll(logged, { timeout: START_MS }).toContain('"/api/auth/callback/github"');
    expect(logged()).not.toContain('secret-code');
  });

  it('sends a large upload on while it arrives, and the answer of the app back before its end', async () => {
    answer = (incoming, response) => {
      incoming.once('data', () => response.writeHead(413).end('too large'));
    };
    const sent = request(urlOf('/api/v1/plant-identification/identify'), { method: 'POST' });
    sent.on('error', () => {});
    const { promise: answered, resolve } = Promise.withResolvers<number | undefined>();
    sent.once('response', ({ statusCode }) => resolve(statusCode));
    sent.write(Buffer.alloc(LARGE));
    expect(await answered).toBe(413);
    sent.destroy();
  });

  it('goes on with both instances after uploads that break off', async () => {
    for (const _ of instances) {
      const { promise: began, resolve: begin } = Promise.withResolvers<void>();
      const { promise: over, resolve: end } = Promise.withResolvers<void>();
      answer = (incoming) => {
        incoming.once('data', () => begin()).once('close', end);
        incoming.on('error', () => {});
      };
      const sent = request(urlOf('/'), { method: 'POST', headers: { 'Content-Length': LARGE } });
      sent.on('error', () => {});
      sent.write(Buffer.alloc(1024));
      await began;
      sent.destroy();
      await over;
    }
    answer = (_request, response, name) => response.end(name);
    const answers = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(urlOf('/'))).text()));
    expect(new Set(answers)).toEqual(new Set(['app-1', 'app-2']));
  });

  it('sends all requests to the other instance when one is not ready, and when that one has ended', async () => {
    const ask = async (options?: RequestInit) => (await fetch(urlOf('/'), options)).text();
    isReady = (name) => name !== 'app-1';
    const askedInstances = async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask()));
      return new Set(answers);
    };
    await expect.poll(askedInstances, { timeout: START_MS }).toEqual(new Set(['app-2']));
    instances[0]?.server.close().closeAllConnections();
    const uploads = await Promise.all(Array.from({ length: 20 }, () => ask({ method: 'POST', body: 'a photo' })));
    expect(new Set(uploads)).toEqual(new Set(['app-2']));
  });
});
