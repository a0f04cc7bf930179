import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestGuard } from '@plantcommunity/http';
import type { Clock } from '@plantcommunity/resilience';
import type { HttpMetrics } from '@plantcommunity/telemetry';
import type { RouteNames } from './route-names.ts';

interface MeasurementOptions {
  metrics: HttpMetrics;
  routeNames: RouteNames;
  /** Routes of the API; all others are pages. */
  apiRoutes: readonly { method: string; path: string }[];
  clock: Clock;
  /** Called with the status of each response that was sent, but for those to probes and to what the guard refused. */
  readonly onResponse: (status: number) => void;
}

/**
 * Route of all requests that the guard refused: their paths are what scanners try. However many they are, they do not hide
 * the errors that people see.
 */
const REFUSED = 'refused';

/** Routes of probes, whose responses people do not see; health answers 503 while one provider rests. */
const PROBES = /^\/api\/(health\/.*|metrics|.*identify\/health|.*[.]health)$/;

/** Methods of pages, of their sign-in, and of paths that are no route. */
const PAGE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);

/**
 * Returns a function that records a request when its answer was sent or its client left. Call it with the verdict of the
 * request guard, before the answer can have been sent.
 */
export function createRequestMeasurement({ apiRoutes, clock, metrics, onResponse, routeNames }: MeasurementOptions) {
  const methods = declaredMethods(apiRoutes);
  return (request: IncomingMessage, response: ServerResponse, verdict: ReturnType<RequestGuard>): void => {
    const startedAt = clock.monotonic();
    const { method = '', url = '' } = request;
    const route = verdict === 'refused' ? REFUSED : routeNames(url.split('?', 1)[0] ?? '');
    const isDeclared = route !== REFUSED && (methods.get(route) ?? PAGE_METHODS).has(method);
    response.once('close', () => {
      metrics.recordRequest({
        method: isDeclared ? method : 'other',
        route,
        status: response.writableFinished ? response.statusCode : 'aborted',
        durationMs: clock.monotonic() - startedAt,
      });
      if (response.writableFinished && route !== REFUSED && !PROBES.test(route)) onResponse(response.statusCode);
    });
  };
}

/** Returns the methods of each route: those that the API declares, HEAD beside GET, and OPTIONS of preflights. */
function declaredMethods(routes: MeasurementOptions['apiRoutes']): ReadonlyMap<string, ReadonlySet<string>> {
  const methods = new Map<string, Set<string>>();
  for (const { method, path } of routes) {
    const declared = methods.get(path) ?? new Set(['OPTIONS']);
    declared.add(method);
    if (method === 'GET') declared.add('HEAD');
    methods.set(path, declared);
  }
  return methods;
}
