import { Histogram, type Registry } from '@prometheus-io/client';

/** Metrics of the HTTP server. */
export interface HttpMetrics {
  /**
   * Records one request at its end. Every value of a label is a series of its own, so clients may not choose them.
   * @param request `method`: one that the code declares, else `other`; `route`: a path as the code declares it, such as
   * `/history/[id]`, never a path as it was sent; `status`: what was sent, or `aborted` when the client left before
   */
  recordRequest(request: { method: string; route: string; status: number | 'aborted'; durationMs: number }): void;
}

/** Seconds; an identification takes 10 s at worst, unless a provider is slow. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createHttpMetrics(registry: Registry): HttpMetrics {
  const duration = new Histogram({
    name: 'plantcommunity_http_request_duration_seconds',
    help: 'Time from the headers of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [registry],
  });
  return {
    recordRequest: ({ durationMs, method, route, status }) =>
      duration.observe({ method, route, status }, durationMs / 1_000),
  };
}
