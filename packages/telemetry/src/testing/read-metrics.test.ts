import { expect, it } from 'vitest';
import { createMetrics } from '../metrics/registry.ts';
import { readMetrics } from './read-metrics.ts';

it('readMetrics reads samples by name and labels, in any order of the labels', async () => {
  const metrics = createMetrics({ version: '1.2 "beta"', mode: 'development' });
  metrics.http.recordRequest({ method: 'GET', route: '/history/[id]', status: 200, durationMs: 30 });
  const { value } = readMetrics((await metrics.expose()).body);
  const count = 'plantcommunity_http_request_duration_seconds_count';
  expect({
    counted: value(count, { status: '200', method: 'GET', route: '/history/[id]' }),
    otherLabels: value(count, { status: '200' }),
    sum: value('plantcommunity_http_request_duration_seconds_sum', {
      method: 'GET',
      route: '/history/[id]',
      status: '200',
    }),
    build: value('plantcommunity_build_info', {
      version: '1.2 "beta"',
      node_version: process.version,
      mode: 'development',
    }),
    unknown: value('plantcommunity_unknown'),
  }).toEqual({ counted: 1, otherLabels: undefined, sum: 0.03, build: 1, unknown: undefined });
});
