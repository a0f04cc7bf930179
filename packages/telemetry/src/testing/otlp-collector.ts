import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Value of an attribute in OTLP's JSON. */
interface OtlpValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: number | string;
  doubleValue?: number;
}
type OtlpAttributes = readonly { key: string; value: OtlpValue }[];

/** A span, with its attributes as one object. */
export interface CollectedSpan {
  traceId: string;
  spanId: string;
  /** Undefined for a root. */
  parentSpanId?: string;
  name: string;
  attributes: Record<string, string | number | boolean>;
  /** Name of the instrumentation scope. */
  scope: string;
}

export interface CollectedMetric {
  name: string;
  unit?: string;
  sum?: { isMonotonic: boolean; dataPoints: { asDouble: number; attributes: OtlpAttributes }[] };
  gauge?: { dataPoints: { asDouble: number }[] };
  histogram?: { dataPoints: { count: number | string; explicitBounds: number[]; bucketCounts: (number | string)[] }[] };
}

/** An export as it arrived. */
export interface OtlpExport {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface OtlpCollector {
  url: string;
  exports: readonly OtlpExport[];
  /** Spans that came as JSON. */
  spans(): CollectedSpan[];
  /** Metrics that came as JSON, those of every export. */
  metrics(): CollectedMetric[];
  /** Attributes of the resource of the first export that came as JSON. */
  resource(): CollectedSpan['attributes'];
  /** Resolves once `found` returns a value. */
  until<T>(found: () => T | undefined): Promise<T>;
  close(): Promise<void>;
}

interface TraceBody {
  resourceSpans?: {
    resource: { attributes: OtlpAttributes };
    scopeSpans: {
      scope: { name: string };
      spans: (Omit<CollectedSpan, 'attributes'> & { attributes: OtlpAttributes })[];
    }[];
  }[];
}
interface MetricBody {
  resourceMetrics?: { resource: { attributes: OtlpAttributes }; scopeMetrics: { metrics: CollectedMetric[] }[] }[];
}

/** Starts a collector of OpenTelemetry on a free port, which answers with `status`. */
export async function startOtlpCollector({ status = 200 }: { status?: number } = {}): Promise<OtlpCollector> {
  const exports: OtlpExport[] = [];
  let arrived = Promise.withResolvers<void>();
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    exports.push({ path: request.url ?? '', headers: request.headers, body: await buffer(request) });
    arrived.resolve();
    arrived = Promise.withResolvers();
    response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}');
  };
  const server = createServer((request, response) => void take(request, response));
  // A process that is held up must not export on a connection that the collector is closing for idleness.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo;

  const bodiesOf = <T>(path: string): T[] =>
    exports
      .filter((one) => one.path === path && one.headers['content-type'] === 'application/json')
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the JSON form of OTLP
      .map(({ body }) => JSON.parse(body.toString()) as T);
  const traces = () => bodiesOf<TraceBody>('/v1/traces').flatMap(({ resourceSpans = [] }) => resourceSpans);
  const metrics = () => bodiesOf<MetricBody>('/v1/metrics').flatMap(({ resourceMetrics = [] }) => resourceMetrics);

  return {
    url: `http://127.0.0.1:${port}`,
    exports,
    spans: () =>
      traces()
        .flatMap(({ scopeSpans }) => scopeSpans)
        .flatMap(({ scope, spans }) =>
          spans.map((span) => ({ ...span, scope: scope.name, attributes: plainAttributes(span.attributes) })),
        ),
    metrics: () => metrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics)),
    resource: () => plainAttributes([...traces(), ...metrics()][0]?.resource.attributes ?? []),
    async until(found) {
      for (;;) {
        const next = arrived.promise;
        const value = found();
        if (value !== undefined) return value;
        // oxlint-disable-next-line no-await-in-loop -- one export after the other
        await next;
      }
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Returns the attributes as one object. */
function plainAttributes(attributes: OtlpAttributes): CollectedSpan['attributes'] {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? value.doubleValue ?? Number(value.intValue),
    ]),
  );
}
