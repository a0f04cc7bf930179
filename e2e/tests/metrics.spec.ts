import { expect } from '@playwright/test';
import { METRICS_TOKEN, test } from '../fixtures/production.ts';

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
