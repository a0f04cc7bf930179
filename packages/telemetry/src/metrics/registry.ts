import {
  collectDefaultMetrics,
  Gauge,
  type MetricObjectWithValues,
  type MetricValueWithName,
  Registry,
} from '@prometheus-io/client';
import { type CacheMetrics, createCacheMetrics } from './cache-metrics.ts';
import { type CircuitMetrics, createCircuitMetrics } from './circuit-metrics.ts';
import { createDecodeMetrics, type DecodeMetrics } from './decode-metrics.ts';
import { createHttpMetrics, type HttpMetrics } from './http-metrics.ts';
import { createJobMetrics, type JobMetrics } from './job-metrics.ts';
import { createProviderMetrics, type ProviderMetrics } from './provider-metrics.ts';
import { createRequestMetrics, type RequestMetrics } from './request-metrics.ts';
import { createStorageMetrics, type StorageMetrics } from './storage-metrics.ts';

export interface MetricsOptions {
  /** Version of the app, for `plantcommunity_build_info`. */
  version: string;
  /** APP_ENV, for rules that look at production only. */
  mode: 'production' | 'development';
}

/** One metric with its values; those of a histogram have names of their own: `_bucket`, `_sum` and `_count`. */
export type MetricValues = MetricObjectWithValues<MetricValueWithName<string>>;

/**
 * Everything that this process measures, one group for each subject. In all groups `record…` counts or times an event,
 * and `watch…` says what a scrape shows before the first event, or reads at its time.
 */
export interface Metrics {
  http: HttpMetrics;
  providers: ProviderMetrics;
  circuits: CircuitMetrics;
  cache: CacheMetrics;
  decodes: DecodeMetrics;
  requests: RequestMetrics;
  storage: StorageMetrics;
  jobs: JobMetrics;
  /** Returns all values in the text format of Prometheus, and its media type. */
  expose(): Promise<{ body: string; contentType: string }>;
  /** Returns all values as objects. */
  collect(): Promise<readonly MetricValues[]>;
}

/**
 * Creates the metrics of a process, those of Node.js included. Labels have few values that the code knows beforehand:
 * no ids, addresses or hashes.
 */
export function createMetrics({ mode, version }: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'plantcommunity_build_info',
    help: 'Always 1; the labels say which version runs on which Node.js in which mode.',
    labelNames: ['version', 'node_version', 'mode'],
    registers: [registry],
  }).set({ version, node_version: process.version, mode }, 1);
  return createMetricGroups(registry);
}

/** Creates the groups of metrics in a registry. */
export function createMetricGroups(registry: Registry): Metrics {
  return {
    http: createHttpMetrics(registry),
    providers: createProviderMetrics(registry),
    circuits: createCircuitMetrics(registry),
    cache: createCacheMetrics(registry),
    decodes: createDecodeMetrics(registry),
    requests: createRequestMetrics(registry),
    storage: createStorageMetrics(registry),
    jobs: createJobMetrics(registry),
    expose: async () => ({ body: await registry.metrics(), contentType: registry.contentType }),
    collect: () => registry.getMetricsAsJSON(),
  };
}
