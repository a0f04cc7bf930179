import { spawnSync } from 'node:child_process';
import { type ExposedMetrics, readMetrics } from '@plantcommunity/telemetry/testing';
import { expect } from '@playwright/test';
import { registerPerson, tokenOf } from '../fixtures/accounts.ts';
import type { App } from '../fixtures/app.ts';
import { formWith, plantPhoto } from '../fixtures/photos.ts';
import { ADMIN, METRICS_TOKEN, test } from '../fixtures/production.ts';

const scrape = async (url: string, token?: string): Promise<Response> =>
  fetch(`${url}/api/metrics`, { headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } });

test('the metrics need their own token', async ({ app }) => {
  const stranger = await scrape(app.url);
  expect(stranger.status).toBe(401);
  expect(stranger.headers.get('www-authenticate')).toBe('Bearer');
  expect(await stranger.json()).toMatchObject({ status: 401, code: 'invalid_token' });
  expect((await scrape(app.url, 'for-browser-tests-onlx')).status).toBe(401);
});

test('one scrape shows pages, REST and tRPC of the process, by the routes that the code declares', async ({ app }) => {
  for (const path of [
    '/login?next=/identify',
    '/api/v1/plant-identification/identify/health',
    '/api/trpc/v1.plantIdentification.health',
    '/api/health/live',
    '/wp-login.php',
  ]) {
    await fetch(`${app.url}${path}`).then((answer) => answer.text());
  }
  const answer = await scrape(app.url, METRICS_TOKEN);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const text = await answer.text();
  for (const route of [
    '/login',
    '/api/v1/plant-identification/identify/health',
    '/api/trpc/v1.plantIdentification.health',
    '/api/health/live',
    'unknown',
  ]) {
    expect(text).toMatch(
      new RegExp(
        `plantcommunity_http_request_duration_seconds_count\\{method="GET",route="${route}",status="\\d+"\\} [1-9]`,
      ),
    );
  }
  expect(text).not.toContain('wp-login');
  expect(text).toMatch(/^plantcommunity_build_info\{version="[^"]+",node_version="v[^"]+",mode="production"\} 1$/m);
  expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
});

const IDENTIFY = '/api/v1/plant-identification/identify';
const LEGACY_HEALTH = '/api/plant-identification/identify/health';

async function metricsOf({ url }: App): Promise<ExposedMetrics> {
  return readMetrics(await (await scrape(url, METRICS_TOKEN)).text());
}

test('a scrape shows the calls and cache hits of an identification, and Plant.id under its kept names', async ({
  app,
}) => {
  const values = async () => {
    const { value } = await metricsOf(app);
    const valueOf = (name: string, labels?: Record<string, string>) => value(name, labels) ?? Number.NaN;
    return {
      requests: valueOf('plant_id_requests_total'),
      state: valueOf('plant_id_circuit_state'),
      openSeconds: valueOf('plant_id_circuit_open_duration_seconds'),
      refused: valueOf('plant_id_circuit_fast_fails'),
      calls: valueOf('plantcommunity_provider_calls_total', { provider: 'plantnet', outcome: 'ok' }),
      hits: valueOf('plantcommunity_cache_lookups_total', { provider: 'plant_id', result: 'memory' }),
      leases: valueOf('plantcommunity_lease_acquisitions_total', { provider: 'plant_id' }),
      decodes: valueOf('plantcommunity_photo_decode_duration_seconds_count'),
    };
  };
  const token = await tokenOf(app, ADMIN);
  const identify = async () => {
    const body = await formWith(plantPhoto(3_141));
    const answer = await fetch(app.url + IDENTIFY, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
      body,
    });
    expect(answer.status).toBe(200);
  };
  const before = await values();
  await identify();
  await identify();
  expect(await values()).toEqual({
    requests: before.requests + 1,
    state: 0,
    openSeconds: before.openSeconds,
    refused: before.refused,
    calls: before.calls + 1,
    hits: before.hits + 1,
    leases: before.leases + 1,
    decodes: before.decodes + 1,
  });
});

/** Names and labels of counters, by what a test calls them. */
const COUNTERS = {
  authenticated: ['plant_id_auth_total'],
  admitted: ['plant_id_auth_success'],
  rateLimited: ['plant_id_rate_limit_exceeded'],
  fresh: ['plantcommunity_identifications_total', { caller: 'user', answer: 'fresh' }],
  cached: ['plantcommunity_identifications_total', { caller: 'user', answer: 'cached' }],
  accepted: ['plantcommunity_uploads_total', { verdict: 'accepted' }],
  otherType: ['plantcommunity_uploads_total', { verdict: 'unsupported_media_type' }],
  legacy: ['plantcommunity_legacy_requests_total', { route: LEGACY_HEALTH }],
  gone: ['plantcommunity_legacy_requests_after_sunset_total', { route: LEGACY_HEALTH }],
} as const satisfies Record<string, readonly [name: string, labels?: Record<string, string>]>;

test('calls of identify and of legacy are counted, over REST and tRPC', async ({ app }) => {
  const person = await registerPerson(app, 'metrics');
  const headers = { Authorization: `Bearer ${await tokenOf(app, person)}` };
  const identify = async (path: string, sent: RequestInit): Promise<number> => {
    const answer = await fetch(app.url + path, { method: 'POST', ...sent });
    await answer.arrayBuffer();
    return answer.status;
  };
  const before = await metricsOf(app);

  expect(await identify(IDENTIFY, { headers, body: await formWith(plantPhoto(71)) })).toBe(200);
  const overTrpc = '/api/trpc/v1.plantIdentification.identify';
  expect(await identify(overTrpc, { headers, body: await formWith(plantPhoto(71)) })).toBe(200);
  expect(await identify(IDENTIFY, { body: await formWith(plantPhoto(71)) })).toBe(401);
  expect((await fetch(app.url + LEGACY_HEALTH)).status).toBe(200);
  // Refused uploads count against the limit, too.
  let otherType = 0;
  while ((await identify(IDENTIFY, { headers, body: 'no form' })) === 415) otherType += 1;
  expect(await identify(IDENTIFY, { headers, body: 'no form' })).toBe(429);

  const after = await metricsOf(app);
  const increases = Object.entries<readonly [string, Record<string, string>?]>(COUNTERS).map(([counter, sample]) => [
    counter,
    (after.value(...sample) ?? 0) - (before.value(...sample) ?? Number.NaN),
  ]);
  expect(Object.fromEntries(increases)).toEqual({
    authenticated: 5 + otherType,
    admitted: 4 + otherType,
    rateLimited: 2,
    fresh: 1,
    cached: 1,
    accepted: 2,
    otherType,
    legacy: 1,
    gone: 0,
  });
});

test('the jobs of the app run after its start, and a scrape shows when they succeeded', async ({ app }) => {
  const jobs = [
    'report-quota-use',
    'delete-expired-sign-ins',
    'delete-idempotency-keys',
    'delete-orphaned-photos',
    'delete-old-rows',
    'watch-alerts',
  ].map((job) => ({ job_name: job }));
  const isKnown = async () => {
    const { value } = await metricsOf(app);
    return jobs.every((job) => value('plantcommunity_job_last_success_timestamp_seconds', job) !== undefined);
  };
  await expect.poll(isKnown).toBe(true);
  const { value } = await metricsOf(app);
  expect(jobs.map((job) => value('plantcommunity_job_failures', job))).toEqual(jobs.map(() => 0));
});

test('the state of database and Redis is read at each scrape', async ({ app }) => {
  const { value } = await metricsOf(app);
  const connections = (state: string) => value('plantcommunity_database_connections', { state }) ?? Number.NaN;
  expect({
    database: value('plantcommunity_database_up'),
    waiting: value('plantcommunity_database_waiting'),
    redis: value('plantcommunity_redis_up'),
    uploads: value('plantcommunity_upload_bytes_in_flight'),
    streams: value('plantcommunity_streams_open', { kind: 'progress' }),
  }).toEqual({ database: 1, waiting: 0, redis: 1, uploads: 0, streams: 0 });
  expect(connections('in_use') + connections('idle')).toBeGreaterThan(0);
  expect(value('plantcommunity_redis_command_duration_seconds_count', { outcome: 'ok' })).toBeGreaterThan(0);
});

/** Names that monitors of the replaced system read, and those of the metrics of Node.js, break rules of promtool. */
const EXCUSED = new RegExp(
  `^(?:${[
    'plant_id_circuit_state',
    'plant_id_circuit_open_duration_seconds',
    'plant_id_circuit_fast_fails',
    'plant_id_requests_total',
    'plant_id_auth_success',
    'plant_id_auth_total',
    'plant_id_rate_limit_exceeded',
    'nodejs_.*',
    'process_.*',
  ].join('|')}) `,
);

test('promtool accepts the metrics', async ({ app }) => {
  const input = await (await scrape(app.url, METRICS_TOKEN)).text();
  const { error, stderr, stdout } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
  test.skip(error !== undefined, 'promtool is not installed');
  const complaints = (stdout + stderr).split('\n').filter((line) => line !== '');
  expect(complaints.filter((complaint) => !EXCUSED.test(complaint))).toEqual([]);
  // A name without the unit and the suffix of a counter shows that promtool has read the metrics.
  expect(complaints.join('\n')).toContain('plant_id_auth_success ');
});
