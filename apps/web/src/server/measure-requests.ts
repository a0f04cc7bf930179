import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@plantcommunity/resilience';
import type { HttpMetrics } from '@plantcommunity/telemetry';
import type { RouteNames } from './route-names.ts';

/** Returns a function that records a request when its answer was sent or its client left. */
export function createRequestMeasurement(options: { metrics: HttpMetrics; routeNames: RouteNames; clock: Clock }) {
  const { clock, metrics, routeNames } = options;
  return (request: IncomingMessage, response: ServerResponse): void => {
    const startedAt = clock.monotonic();
    const route = routeNames(request.url?.split('?', 1)[0] ?? '');
    response.once('close', () => {
      metrics.record({
        method: request.method ?? '',
        route,
        status: response.writableFinished ? response.statusCode : 'aborted',
        durationMs: clock.monotonic() - startedAt,
      });
    });
  };
}
