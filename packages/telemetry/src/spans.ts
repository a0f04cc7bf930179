import {
  type Attributes,
  context,
  isSpanContextValid,
  propagation,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

export type { Attributes, Span, SpanContext };

/** Name of the instrumentation scope of all our spans. */
const SCOPE = 'plantcommunity';

export interface SpanOptions {
  /** Known at the start. No ids, keys, coordinates or bytes: spans leave the process. */
  readonly attributes?: Attributes;
  /** `client`: the work calls another service. */
  readonly kind?: 'client' | 'internal';
  /** Returns attributes of an error with which the work ended, beside `error.type`, or instead of it. */
  readonly describeError?: (error: unknown) => Attributes;
}

/**
 * Runs `work` in a span of OpenTelemetry, a child of the active one, and makes it the active one for `work`. An error ends
 * the span with status and `error.type`, and is thrown on. Without a tracer provider the span records nothing.
 */
export function inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  const { attributes = {}, describeError, kind } = options;
  const spanOptions = { attributes, kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL };
  // Looked up each time: Next bundles this module more than once, and a tracer taken before the provider was
  // registered by another copy of the API would never record.
  return trace.getTracer(SCOPE).startActiveSpan(name, spanOptions, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttributes({ 'error.type': errorType(error), ...describeError?.(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Returns the code of an error, else its class: both are constants of the code. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return 'other';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Links the active span to another one, such as the call of another request whose answer it shares. */
export function linkActiveSpan(to: SpanContext): void {
  trace.getActiveSpan()?.addLink({ context: to });
}

/** Returns trace id and span id of the active span; undefined outside of a span. */
export function currentSpanContext(): SpanContext | undefined {
  const spanContext = trace.getActiveSpan()?.spanContext();
  return spanContext !== undefined && isSpanContextValid(spanContext) ? spanContext : undefined;
}

/**
 * Returns the header that continues the active trace in another service (https://www.w3.org/TR/trace-context/). Without
 * `tracestate`, which holds what other systems of the caller have written.
 */
export function traceHeaders(): { readonly traceparent?: string } {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  const { traceparent } = carrier as { traceparent?: string };
  return traceparent === undefined ? {} : { traceparent };
}
