import type { Attributes, SpanContext } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { redact } from '../redact.ts';

/** Attribute in which Next puts the path and the query of a request as they were sent. */
const TARGET = 'http.target';

/**
 * Wraps an exporter so that spans leave without secrets. Paths are exported as the code declares them: those that clients
 * send hold ids of rows and of shared pages, and queries the codes of sign-ins. Other texts, such as messages of errors,
 * are redacted like log lines.
 */
export function exportWithoutSecrets(exporter: SpanExporter, routeOf: (pathname: string) => string): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(
        spans.map((span) => withoutSecrets(span, routeOf)),
        done,
      ),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

/** Copies the span, field by field: an SDK's span has some of them on its class. */
function withoutSecrets(span: ReadableSpan, routeOf: (pathname: string) => string): ReadableSpan {
  const clean = cleaner(span.attributes[TARGET], routeOf);
  const { attributes, events, links, name, parentSpanContext, status } = span;
  return {
    kind: span.kind,
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
    ...(parentSpanContext && { parentSpanContext: withoutTraceState(parentSpanContext) }),
    spanContext: () => withoutTraceState(span.spanContext()),
    name: clean(name),
    attributes: cleanAttributes(attributes, clean),
    events: events.map((event) => withCleanAttributes(event, clean)),
    links: links.map((link) => ({
      ...withCleanAttributes(link, clean),
      context: withoutTraceState(link.context),
    })),
    status: status.message === undefined ? status : { ...status, message: clean(status.message) },
  };
}

/** Removes `tracestate`: a client, and every system on its way, may have written any text there. */
function withoutTraceState({ isRemote, spanId, traceFlags, traceId }: SpanContext): SpanContext {
  return { traceId, spanId, traceFlags, ...(isRemote !== undefined && { isRemote }) };
}

/** Returns a function that replaces the sent path and query in a text, line by line. */
function cleaner(target: unknown, routeOf: (pathname: string) => string): (text: string) => string {
  const redactLines = (text: string) => text.split('\n').map(redact).join('\n');
  if (typeof target !== 'string' || !target.startsWith('/')) return redactLines;
  const [path = ''] = target.split('?', 1);
  const route = routeOf(path);
  return (text) => redactLines(text.replaceAll(target, route).replaceAll(path, route));
}

/** Copies an event or a link. */
function withCleanAttributes<T extends { attributes?: Attributes }>(part: T, clean: (text: string) => string): T {
  return part.attributes === undefined ? part : { ...part, attributes: cleanAttributes(part.attributes, clean) };
}

function cleanAttributes(attributes: Attributes, clean: (text: string) => string): Attributes {
  const cleanValue = (value: Attributes[string]): Attributes[string] => {
    if (typeof value === 'string') return clean(value);
    return isListOfTexts(value) ? value.map((text) => (typeof text === 'string' ? clean(text) : text)) : value;
  };
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, cleanValue(value)]));
}

function isListOfTexts(value: Attributes[string]): value is (string | null | undefined)[] {
  return Array.isArray(value) && value.some((one) => typeof one === 'string');
}
