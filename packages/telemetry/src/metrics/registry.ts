import { collectDefaultMetrics, Gauge, Registry } from '@prometheus-io/client';
import { createHttpMetrics, type HttpMetrics } from './http-metrics.ts';

export interface MetricsOptions {
  /** Version of the app, for `plantcommunity_build_info`. */
  version: string;
}

/** Everything that this process measures, one group for each subject. */
export interface Metrics {
  http: HttpMetrics;
  /** Returns all values in the text format of Prometheus, and its media type. */
  expose(): Promise<{ body: string; contentType: string }>;
}

/**
 * Creates the metrics of a process, those of Node.js included. Labels have few values that the code knows beforehand:
 * no ids, addresses or hashes.
 */
export function createMetrics({ version }: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'plantcommunity_build_info',
    help: 'Always 1; the labels say which version runs on which Node.js.',
    labelNames: ['version', 'node_version'],
    registers: [registry],
  }).set({ version, node_version: process.version }, 1);
  return {
    http: createHttpMetrics(registry),
    expose: async () => ({ body: await registry.metrics(), contentType: registry.contentType }),
  };
}
