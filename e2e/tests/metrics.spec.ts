import { expect } from '@playwright/test';
import { tokenOf } from '../fixtures/accounts.ts';
import { plantPhoto } from '../fixtures/photos.ts';
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

test('a scrape shows the calls and cache hits of an identification, and Plant.id under its kept names', async ({
  app,
}) => {
  const values = async () => {
    const text = await scrape(app.url, METRICS_TOKEN).then((answer) => answer.text());
    const valueOf = (sample: string) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${sample} `))
          ?.split(' ')[1],
      );
    return {
      requests: valueOf('plant_id_requests_total'),
      state: valueOf('plant_id_circuit_state'),
      openSeconds: valueOf('plant_id_circuit_open_duration_seconds'),
      refused: valueOf('plant_id_circuit_fast_fails'),
      calls: valueOf('plantcommunity_provider_calls_total{provider="plantnet",outcome="ok"}'),
      hits: valueOf('plantcommunity_cache_lookups_total{provider="plant_id",result="memory"}'),
      leases: valueOf('plantcommunity_lease_acquisitions_total{provider="plant_id"}'),
      decodes: valueOf('plantcommunity_photo_decode_duration_seconds_count'),
    };
  };
  const token = await tokenOf(app, ADMIN);
  const { buffer, mimeType, name } = await plantPhoto(3_141);
  const identify = async () => {
    const body = new FormData();
    body.set('image', new Blob([new Uint8Array(buffer)], { type: mimeType }), name);
    const url = `${app.url}/api/v1/plant-identification/identify`;
    const answer = await fetch(url, { method: 'POST', headers: { Authorization: `Bearer ${token}` }, body });
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
