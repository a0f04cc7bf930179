import { createTraceState, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, it } from 'vitest';
import { exportWithoutSecrets } from './span-privacy.ts';

const exporter = new InMemorySpanExporter();
const routeOf = (path: string) => (path.startsWith('/s/') ? '/s/[id]' : path);
const wrapped = exportWithoutSecrets(exporter, routeOf);
const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: wrapped })] }).getTracer(
  'next.js',
);

it('exports a request without its query and without ids in its path', () => {
  const target = '/s/7hF3kQ9xWm2LpR5tYb8NcA?code=hush9f3Q';
  const span = tracer.startSpan('middleware GET /s/7hF3kQ9xWm2LpR5tYb8NcA', {
    kind: SpanKind.SERVER,
    attributes: { 'http.target': target, 'next.span_name': 'GET /s/7hF3kQ9xWm2LpR5tYb8NcA', 'http.status_code': 500 },
  });
  const error = new Error(`fetch of https://my-api.plantnet.org/v2?api-key=hush9f3Q failed, for ${target}`);
  span.recordException(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  span.end();
  const [exported] = exporter.getFinishedSpans();
  expect(exported).toMatchObject({
    name: 'middleware GET /s/[id]',
    kind: SpanKind.SERVER,
    attributes: { 'http.target': '/s/[id]', 'next.span_name': 'GET /s/[id]', 'http.status_code': 500 },
  });
  expect(exported?.spanContext()).toEqual(span.spanContext());
  const { attributes, events, name, status } = exported ?? {};
  expect(JSON.stringify({ attributes, events, name, status })).not.toMatch(/hush9f3Q|7hF3kQ9x/);
  expect(events?.[0]?.attributes?.['exception.stacktrace']).toContain('\n');
});

it('exports a declared path without its query', () => {
  tracer
    .startSpan('GET /login', { attributes: { 'http.target': '/login?next=/s/7hF3kQ9x', 'next.route': '/login' } })
    .end();
  expect(exporter.getFinishedSpans().at(-1)).toMatchObject({
    name: 'GET /login',
    attributes: { 'http.target': '/login', 'next.route': '/login' },
  });
});

it('exports lists of texts and the attributes of links without secrets', () => {
  const url = 'https://my-api.plantnet.org/v2?api-key=hush9f3Q';
  const other = tracer.startSpan('other');
  const span = tracer.startSpan('GET /s/7hF3kQ9x', {
    attributes: { 'http.target': '/s/7hF3kQ9x', urls: [url, '/s/7hF3kQ9x'], sizes: [1, 2] },
    links: [
      { context: other.spanContext(), attributes: { url, path: '/s/7hF3kQ9x' } },
      { context: other.spanContext() },
    ],
  });
  span.addEvent('retried', { urls: [url] });
  span.end();
  const { attributes, events, links } = exporter.getFinishedSpans().at(-1) ?? {};
  expect(attributes).toMatchObject({ urls: [expect.stringContaining('https://'), '/s/[id]'], sizes: [1, 2] });
  expect(links).toMatchObject([
    { context: { spanId: other.spanContext().spanId }, attributes: { path: '/s/[id]' } },
    { context: { spanId: other.spanContext().spanId } },
  ]);
  expect(JSON.stringify({ attributes, events, links })).not.toMatch(/hush9f3Q|7hF3kQ9x/);
});

it('exports no tracestate, of a span, its parent or a link', () => {
  const sent = {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    traceFlags: 1,
    isRemote: true,
  };
  const context = { ...sent, traceState: createTraceState('vendor=hush9f3Q') };
  tracer.startSpan('GET', { links: [{ context }] }, trace.setSpanContext(ROOT_CONTEXT, context)).end();
  const exported = exporter.getFinishedSpans().at(-1);
  expect(exported?.parentSpanContext).toEqual(sent);
  expect(exported?.links).toEqual([{ context: sent }]);
  expect(exported?.spanContext().traceId).toBe(sent.traceId);
  expect(exported?.spanContext()).not.toHaveProperty('traceState');
});
