import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics/registry.ts';

/** Names of the samplers that the specification defines for OTEL_TRACES_SAMPLER. */
type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio';

export interface OpenTelemetryOptions {
  /** Base URL of the collector; traces go to `/v1/traces` below it, metrics to `/v1/metrics`. */
  readonly endpoint: string;
  readonly protocol: 'http/protobuf' | 'http/json';
  /** Sent with each export. */
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string | undefined;
  /** Version of the app. */
  readonly version: string;
  readonly sampler: { readonly name: SamplerName; readonly ratio: number };
  readonly exportsTraces: boolean;
  readonly exportsMetrics: boolean;
  readonly metricIntervalMs: number;
  /** Returns the path as the code declares it, such as `/history/[id]`: no other path is exported. */
  readonly routeOf: (pathname: string) => string;
  readonly logger: Logger;
}

/** The running export of traces and metrics over OTLP. */
export interface OpenTelemetry {
  /** Exports the metrics from now on, in addition to the traces. Call it once. */
  exportMetrics(metrics: Pick<Metrics, 'collect'>): void;
  /** Exports what is left and ends. Never rejects, and takes as long as a collector that hangs may. */
  shutdown(): Promise<void>;
}
