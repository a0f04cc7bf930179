import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

/** The spans of this process, for tests. */
export interface SpanRecorder {
  /** Returns the ended spans in the order of their ends. */
  ended(): ReadableSpan[];
  /** Returns the only ended span of that name. */
  only(name: string): ReadableSpan;
  /** Unregisters the provider. */
  stop(): void;
}

/** Registers a provider for this process that keeps every span. */
export function recordSpans(): SpanRecorder {
  const exporter = new InMemorySpanExporter();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  return {
    ended: () => exporter.getFinishedSpans(),
    only(name) {
      const [span, ...others] = exporter.getFinishedSpans().filter((one) => one.name === name);
      if (span === undefined || others.length > 0) throw new Error(`${others.length + (span ? 1 : 0)} spans ${name}`);
      return span;
    },
    stop() {
      trace.disable();
      propagation.disable();
      context.disable();
    },
  };
}
