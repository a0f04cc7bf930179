import { once } from 'node:events';
import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { apiRoutes } from '@plantcommunity/api';
import { createRequestGuard } from '@plantcommunity/http';
import { systemClock } from '@plantcommunity/resilience';
import { createTestMetrics, readMetrics } from '@plantcommunity/telemetry/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createRequestMeasurement } from './measure-requests.ts';
import { PAGE_POLICIES } from './page-policies.ts';
import { createRouteNames } from './route-names.ts';

const COUNT = 'plantcommunity_http_request_duration_seconds_count';
const IDENTIFY = '/api/v1/plant-identification/identify';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Starts a server that answers 200 behind the request guard. */
async function serve() {
  const metrics = createTestMetrics();
  const statuses: number[] = [];
  const guard = createRequestGuard({
    mode: 'production',
    appUrl: new URL('https://plants.example'),
    allowedHosts: ['plants.example'],
    corsOrigins: ['https://partner.example'],
    trustedOrigins: [],
    proxyHops: 1,
    httpsRedirect: true,
    hstsPreload: false,
  });
  const routeNames = createRouteNames([...Object.keys(PAGE_POLICIES), ...apiRoutes().map(({ path }) => path)]);
  const measure = createRequestMeasurement({
    metrics: metrics.http,
    routeNames,
    apiRoutes: apiRoutes(),
    clock: systemClock,
    onResponse: (status) => statuses.push(status),
  });

  const server = createServer({ requireHostHeader: false }, (request, response) => {
    const verdict = guard(request, response);
    measure(request, response, verdict);
    if (verdict === 'admitted') response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;

  function send(method: string, path: string, headers: Record<string, string> = {}): Promise<void> {
    const { promise, reject, resolve } = Promise.withResolvers<void>();
    ask({ port, method, path, agent: false, headers: { ...FROM_PROXY, ...headers } })
      .once('error', reject)
      .once('response', (answer) => answer.resume().once('end', resolve))
      .end();
    return promise;
  }

  /** Returns the labels of all requests, as soon as there are `total`. */
  async function measured(total: number) {
    const read = async () =>
      readMetrics((await metrics.expose()).body)
        .samples.filter(({ name, value }) => name === COUNT && value > 0)
        .map(({ labels: { method, route, status }, value }) => `${method} ${route} ${status}: ${value}`);
    const sum = (lines: readonly string[]) => lines.reduce((count, line) => count + Number(line.split(': ')[1]), 0);
    await expect.poll(async () => sum(await read())).toBe(total);
    return read();
  }
  return { send, measured, statuses };
}

const FROM_PROXY = { Host: 'plants.example', 'X-Forwarded-Proto': 'https' };

describe('the measurement of a request', () => {
  it('names the method, if its route declares it, and the route', async () => {
    const { measured, send } = await serve();
    await send('POST', IDENTIFY);
    await send('GET', '/history/01JD');
    await send('HEAD', `${IDENTIFY}/health`);
    await send('POST', '/api/auth/callback/credentials');
    expect(await measured(4)).toEqual([
      `POST ${IDENTIFY} 200: 1`,
      'GET /history/[id] 200: 1',
      `HEAD ${IDENTIFY}/health 200: 1`,
      'POST /api/auth/[...nextauth] 200: 1',
    ]);
  });

  it('reports the status of each response, but for those to probes, scrapes and what the guard refused', async () => {
    const { measured, send, statuses } = await serve();
    const probes = ['/api/health/live', '/api/health/ready', '/api/metrics', `${IDENTIFY}/health`];
    for (const path of [...probes, '/api/trpc/v1.plantIdentification.health']) await send('GET', path);
    await send('GET', '/login', { Host: 'other.example' });
    await send('GET', '/');
    await measured(7);
    expect(statuses).toEqual([200]);
  });

  it('counts methods that a route does not declare as one', async () => {
    const { measured, send } = await serve();
    for (const method of ['GET', 'PUT', 'DELETE', 'PROPFIND']) await send(method, IDENTIFY);
    for (const method of ['PATCH', 'OPTIONS', 'LOCK']) await send(method, '/login');
    for (const method of ['PUT', 'PURGE']) await send(method, '/wp-login.php');
    expect(await measured(9)).toEqual([`other ${IDENTIFY} 200: 4`, 'other /login 200: 3', 'other unknown 200: 2']);
  });

  it('counts requests that the guard refused as one route', async () => {
    const { measured, send } = await serve();
    for (const path of ['/', '/login', IDENTIFY]) await send('GET', path, { Host: 'other.example' });
    for (const path of ['/../etc/passwd', '/history/%ff']) await send('POST', path);
    await send('TRACE', '/identify');
    expect(await measured(6)).toEqual(['other refused 400: 5', 'other refused 405: 1']);
  });

  it('counts a redirect and a preflight of the guard at their route', async () => {
    const { measured, send } = await serve();
    await send('GET', '/login', { 'X-Forwarded-Proto': 'http' });
    const preflight = { Origin: 'https://partner.example', 'Access-Control-Request-Method': 'POST' };
    await send('OPTIONS', IDENTIFY, preflight);
    expect(await measured(2)).toEqual(['GET /login 308: 1', `OPTIONS ${IDENTIFY} 204: 1`]);
  });
});
