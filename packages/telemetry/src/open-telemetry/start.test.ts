import http from 'node:http';
import { connect } from 'node:net';
import { context, propagation, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from '../logger.ts';
import { createMetrics } from '../metrics/registry.ts';
import { inSpan } from '../spans.ts';
import { type OtlpCollector, startOtlpCollector } from '../testing/otlp-collector.ts';
import { type OpenTelemetryOptions, startOpenTelemetry } from './start.ts';

let collector: OtlpCollector | undefined;
afterEach(async () => {
  trace.disable();
  propagation.disable();
  context.disable();
  await collector?.close();
  collector = undefined;
});

async function start(given: Partial<OpenTelemetryOptions> = {}, status = 200) {
  collector = await startOtlpCollector({ status });
  const openTelemetry = await startOpenTelemetry({
    endpoint: `${collector.url}/`,
    protocol: 'http/json',
    headers: {},
    serviceName: undefined,
    version: '1.2.3',
    sampler: { name: 'parentbased_always_on', ratio: 1 },
    exportsTraces: true,
    exportsMetrics: true,
    metricIntervalMs: 60_000,
    routeOf: () => 'unknown',
    logger: createLogger({ level: 'silent' }),
    ...given,
  });
  return { collector, openTelemetry };
}

const work = async () => 1;

it('exports traces and metrics at the shutdown, with the name of the service and the headers', async () => {
  const { collector: at, openTelemetry } = await start({
    serviceName: 'plants',
    headers: { 'api-key': 'a key', tenant: 't' },
  });
  openTelemetry.exportMetrics(createMetrics({ version: '1.2.3', mode: 'production' }));
  await inSpan('identify', {}, work);
  await openTelemetry.shutdown();
  expect(at.exports.map(({ path }) => path).toSorted()).toEqual(['/v1/metrics', '/v1/traces']);
  for (const { headers } of at.exports) expect(headers).toMatchObject({ 'api-key': 'a key', tenant: 't' });
  expect(at.resource()).toMatchObject({ 'service.name': 'plants', 'service.version': '1.2.3' });
  expect(at.spans()).toMatchObject([{ name: 'identify', scope: 'plantcommunity' }]);
  expect(at.metrics().find(({ name }) => name === 'process_cpu_seconds_total')).toMatchObject({
    unit: 's',
    sum: { isMonotonic: true },
  });
});

it('speaks protobuf, too', async () => {
  const { collector: at, openTelemetry } = await start({ protocol: 'http/protobuf', exportsMetrics: false });
  openTelemetry.exportMetrics(createMetrics({ version: '1.2.3', mode: 'production' }));
  await inSpan('identify', {}, work);
  await openTelemetry.shutdown();
  expect(at.exports).toMatchObject([{ path: '/v1/traces', headers: { 'content-type': 'application/x-protobuf' } }]);
  expect(at.exports[0]?.body.includes('identify')).toBe(true);
});

describe('with a proxy, which Node puts behind the global agent', () => {
  const { globalAgent } = http;
  afterEach(() => {
    http.globalAgent = globalAgent;
    delete process.env['OTEL_EXPORTER_OTLP_CERTIFICATE'];
  });
  const exportThroughProxy = async () => {
    const proxy = await startOtlpCollector();
    const agent = new http.Agent();
    agent.createConnection = () => connect(Number(new URL(proxy.url).port), '127.0.0.1');
    http.globalAgent = agent;
    const { openTelemetry } = await start({ exportsMetrics: false });
    await inSpan('identify', {}, work);
    await openTelemetry.shutdown();
    await proxy.close();
    return { proxied: proxy.exports.length, direct: collector?.exports.length };
  };

  it('exports through it', async () => {
    expect(await exportThroughProxy()).toEqual({ proxied: 1, direct: 0 });
  });

  it('exports directly with a certificate for the collector, which the agent of the exporter has', async () => {
    process.env['OTEL_EXPORTER_OTLP_CERTIFICATE'] = import.meta.filename;
    expect(await exportThroughProxy()).toEqual({ proxied: 0, direct: 1 });
  });
});

it('keeps the share of traces that the sampler says', async () => {
  const { collector: at, openTelemetry } = await start({ sampler: { name: 'parentbased_traceidratio', ratio: 0 } });
  await inSpan('identify', {}, () => inSpan('cache.get', {}, work));
  await openTelemetry.shutdown();
  expect(at.exports).toEqual([]);
});

it('exports no trace when only metrics are wanted', async () => {
  const { collector: at, openTelemetry } = await start({ exportsTraces: false });
  openTelemetry.exportMetrics(createMetrics({ version: '1.2.3', mode: 'production' }));
  await inSpan('identify', {}, work);
  await openTelemetry.shutdown();
  expect(at.exports.map(({ path }) => path)).toEqual(['/v1/metrics']);
});

it('logs a collector that refuses, once a minute at most', async () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'warn', destination: { write: (line) => lines.push(line) } });
  const { openTelemetry } = await start({ logger }, 400);
  openTelemetry.exportMetrics(createMetrics({ version: '1.2.3', mode: 'production' }));
  await inSpan('identify', {}, work);
  await openTelemetry.shutdown();
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: 'warn', msg: expect.stringMatching(/^OpenTelemetry: /) as string },
  ]);
});
