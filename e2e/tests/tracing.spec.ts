import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type CollectedSpan,
  type OtlpCollector,
  startOtlpCollector,
} from '@plantcommunity/telemetry/testing/otlp-collector';
import { expect } from '@playwright/test';
import { type App, startApp } from '../fixtures/app.ts';
import { formWith, plantPhoto } from '../fixtures/photos.ts';
import { test } from '../fixtures/with-services.ts';

/** Modules that only an export loads. */
const SDK = /opentelemetry[/+](?:sdk|exporter|otlp)/;
const HOOK = pathToFileURL(join(import.meta.dirname, '../fixtures/record-modules.mjs')).href;

interface RecordedApp extends App {
  /** Addresses of the modules of OpenTelemetry that were loaded so far. */
  modules(): Promise<string[]>;
}

async function startRecorded(settings: Record<string, string>): Promise<RecordedApp> {
  const folder = await mkdtemp(join(tmpdir(), 'modules-'));
  const file = join(folder, 'modules.txt');
  const recording = { NODE_OPTIONS: `--import=${HOOK}`, LOADED_MODULES_FILE: file };
  const app = await startApp({ ...settings, ...recording });
  return {
    ...app,
    modules: async () => (await readFile(file, 'utf8')).split('\n'),
    async stop() {
      await app.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const identify = async (app: App, seed: number, headers: Record<string, string> = {}): Promise<number> => {
  const body = await formWith(plantPhoto(seed));
  return (await fetch(`${app.url}/api/v1/plant-identification/identify`, { method: 'POST', body, headers })).status;
};

/** Returns the names of all spans above `span`, the nearest first. */
function ancestorsOf(span: CollectedSpan, spans: readonly CollectedSpan[]): CollectedSpan[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return parent === undefined ? [] : [parent, ...ancestorsOf(parent, spans)];
}

test('without a collector no module of the SDK is loaded', async ({ services, simulator }) => {
  test.setTimeout(180_000);
  const app = await startRecorded({ ...services.settings, ...simulator.settings });
  try {
    expect(await identify(app, 21)).toBe(200);
    const modules = await app.modules();
    expect(modules.some((url) => url.includes('opentelemetry') && url.includes('/api/'))).toBe(true);
    expect(modules.filter((url) => SDK.test(url))).toEqual([]);
  } finally {
    await app.stop();
  }
});

test.describe('with a collector', () => {
  let collector: OtlpCollector;
  let app: RecordedApp;
  test.beforeAll(async ({ services, simulator }) => {
    test.setTimeout(180_000);
    collector = await startOtlpCollector();
    app = await startRecorded({
      ...services.settings,
      ...simulator.settings,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      // Next's further spans name paths as clients send them: the app ignores the variable.
      NEXT_OTEL_VERBOSE: '1',
    });
  });
  test.afterAll(async () => {
    await app.stop();
    await collector.close();
  });

  test('one identification is one tree below the span of its request, which continues the trace of the caller', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const caller = '00f067aa0ba902b7';
    expect(await identify(app, 22, { traceparent: `00-${traceId}-${caller}-01` })).toBe(200);
    const spans = await collector.until(() => {
      const found = collector.spans().filter((span) => span.traceId === traceId);
      return found.some(({ parentSpanId }) => parentSpanId === caller) ? found : undefined;
    });
    const identified = spans.find(({ name }) => name === 'identify');
    if (identified === undefined) throw new Error('identify has a span');
    const request = ancestorsOf(identified, spans).at(-1);
    expect(request).toMatchObject({
      parentSpanId: caller,
      attributes: {
        'http.method': 'POST',
        'http.status_code': 200,
        'http.target': '/api/v1/plant-identification/identify',
      },
    });
    const below = spans.filter(({ parentSpanId }) => parentSpanId === identified.spanId);
    const ours = ({ attributes, name }: CollectedSpan) => [name, attributes['plantcommunity.provider']].join(' ');
    expect(below.map(ours).toSorted()).toEqual([
      'cache.get plant_id',
      'cache.get plantnet',
      'lease.acquire plant_id',
      'lease.acquire plantnet',
      'photo.normalize ',
      'provider.call plant_id',
      'provider.call plantnet',
    ]);
    expect(below.filter(({ name }) => name === 'lease.acquire').map(({ attributes }) => attributes)).toMatchObject([
      { 'plantcommunity.lease.result': 'acquired' },
      { 'plantcommunity.lease.result': 'acquired' },
    ]);
    expect(spans.filter(({ name }) => name.startsWith('fetch'))).toEqual([]);
    expect((await app.modules()).some((url) => SDK.test(url))).toBe(true);
  });

  test('the metrics of Prometheus arrive over OTLP', async () => {
    await fetch(`${app.url}/api/health/live`);
    const metric = await collector.until(() =>
      collector
        .metrics()
        .find(
          ({ histogram, name }) =>
            name === 'plantcommunity_http_request_duration_seconds' && (histogram?.dataPoints.length ?? 0) > 0,
        ),
    );
    expect(metric?.unit).toBe('s');
    // One point for each route that was asked until then.
    expect(metric?.histogram?.dataPoints[0]).toMatchObject({ explicitBounds: expect.any(Array) });
  });

  test('log lines name their trace, and the paths that clients send are not exported', async () => {
    await identify(app, 23);
    await fetch(`${app.url}/login?next=/s/7hF3kQ9xWm2LpR5tYb8NcA`);
    await fetch(`${app.url}/history/7hF3kQ9xWm2LpR5tYb8NcA`);
    await app.stop();
    const traceIds = new Set(collector.spans().map(({ traceId }) => traceId));
    const [, logged = ''] = /"trace_id":"([\da-f]{32})"/.exec(app.output()) ?? [];
    expect([...traceIds]).toContain(logged);
    const spans = collector.spans();
    expect(spans.filter((span) => JSON.stringify(span).includes('7hF3kQ9x'))).toEqual([]);
    expect(spans.map(({ attributes }) => attributes['http.target'])).toEqual(
      expect.arrayContaining(['/login', '/history/[id]']),
    );
  });
});
