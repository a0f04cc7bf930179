import http from 'node:http';
import https from 'node:https';
import { context, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from '../logger.ts';
import { createMetricProducer } from './metric-producer.ts';
import { exportWithoutSecrets } from './span-privacy.ts';
import type { OpenTelemetry, OpenTelemetryOptions } from './types.ts';

const SERVICE_NAME = 'plantcommunity';
const CERTIFICATE = /^OTEL_EXPORTER_OTLP_(?:TRACES_|METRICS_)?(?:CERTIFICATE|CLIENT_CERTIFICATE|CLIENT_KEY)$/;
/** A collector that is away is logged at most this often. */
const LOG_INTERVAL_MS = 60_000;

/** Registers the providers; see `startOpenTelemetry`, which loads this module. */
export async function startExport(options: OpenTelemetryOptions): Promise<OpenTelemetry> {
  logProblems(options.logger);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const resource = resourceOf(options);
  const { metricExporter, spanExporter } = await createExporters(options);
  const exporter = exportWithoutSecrets(spanExporter, options.routeOf);
  const tracerProvider = new TracerProvider({
    resource,
    sampler: options.exportsTraces ? samplerOf(options) : new AlwaysOffSampler(),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  trace.setGlobalTracerProvider(tracerProvider);
  let meterProvider: MeterProvider | undefined;

  return {
    exportMetrics(metrics) {
      if (!options.exportsMetrics) return;
      const reader = new PeriodicExportingMetricReader({
        exporter: metricExporter,
        exportIntervalMillis: options.metricIntervalMs,
        metricProducers: [createMetricProducer(metrics)],
      });
      meterProvider = new MeterProvider({ resource, readers: [reader] });
    },
    async shutdown() {
      await Promise.allSettled([tracerProvider.shutdown(), meterProvider?.shutdown()]);
    },
  };
}

/** Attributes of OTEL_RESOURCE_ATTRIBUTES, which the SDK reads itself, replace ours; OTEL_SERVICE_NAME comes last. */
function resourceOf({ serviceName, version }: OpenTelemetryOptions): Resource {
  const detected = detectResources({ detectors: [serviceInstanceIdDetector, resourceAttributesEnvDetector] });
  return defaultResource()
    .merge(resourceFromAttributes({ 'service.name': SERVICE_NAME, 'service.version': version }))
    .merge(detected)
    .merge(resourceFromAttributes(serviceName === undefined ? {} : { 'service.name': serviceName }));
}

/** Time limits, compression and certificates are read by the exporters, from OTEL_EXPORTER_OTLP_*. */
async function createExporters({
  endpoint,
  headers,
  protocol,
}: OpenTelemetryOptions): Promise<{ spanExporter: SpanExporter; metricExporter: PushMetricExporter }> {
  const base = endpoint.replace(/\/+$/, '');
  const configOf = (signal: 'traces' | 'metrics') => ({
    url: `${base}/v1/${signal}`,
    headers,
    ...(!hasCertificates() && { httpAgentOptions: globalAgent }),
  });
  const [{ OTLPTraceExporter }, { OTLPMetricExporter }] = await (protocol === 'http/json'
    ? Promise.all([
        import('@opentelemetry/exporter-trace-otlp-http'),
        import('@opentelemetry/exporter-metrics-otlp-http'),
      ])
    : Promise.all([
        import('@opentelemetry/exporter-trace-otlp-proto'),
        import('@opentelemetry/exporter-metrics-otlp-proto'),
      ]));
  return {
    spanExporter: new OTLPTraceExporter(configOf('traces')),
    metricExporter: new OTLPMetricExporter(configOf('metrics')),
  };
}

/** The agent of the process, which knows its proxy. By default an exporter has one of its own. */
function globalAgent(scheme: string): http.Agent {
  return (scheme === 'https:' ? https : http).globalAgent;
}

/** Whether the exporters read certificates, which their own agents use: these connect directly. */
function hasCertificates(): boolean {
  return Object.entries(process.env).some(([name, value]) => CERTIFICATE.test(name) && value);
}

function samplerOf({ sampler: { name, ratio } }: OpenTelemetryOptions): Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}

/** Logs warnings of the SDK, such as a failed export, at most once a minute: each batch would add one. */
function logProblems(logger: Logger): void {
  let nextAt = 0;
  // The SDK passes the name of its part, a sentence, and what belongs to it, in any number.
  const warn = (...parts: unknown[]) => {
    if (performance.now() < nextAt) return;
    nextAt = performance.now() + LOG_INTERVAL_MS;
    const texts = parts.filter((part) => typeof part === 'string');
    const details = parts.filter((part) => typeof part !== 'string');
    logger.warn(details.length > 0 ? { details } : {}, ['OpenTelemetry', ...texts].join(': '));
  };
  const ignore = () => {};
  diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN);
}
