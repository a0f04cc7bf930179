import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { currentSpanContext, inSpan, linkActiveSpan, traceHeaders } from './spans.ts';
import { recordSpans, type SpanRecorder } from './testing/record-spans.ts';

describe('inSpan without a tracer provider', () => {
  it('runs the work, outside of any span', async () => {
    const seen = await inSpan('identify', {}, async () => ({ span: currentSpanContext(), headers: traceHeaders() }));
    expect(seen).toEqual({ span: undefined, headers: {} });
  });
});

describe('inSpan', () => {
  let recorder: SpanRecorder;
  beforeEach(() => {
    recorder = recordSpans();
  });
  afterEach(() => recorder.stop());

  it('makes spans children of the active one, also after an await', async () => {
    await inSpan('outer', {}, async () => {
      await Promise.resolve();
      await inSpan(
        'inner',
        { kind: 'client', attributes: { 'plantcommunity.cache.hit': true } },
        async () => undefined,
      );
    });
    const [inner, outer] = [recorder.only('inner'), recorder.only('outer')];
    expect(inner.parentSpanContext?.spanId).toBe(outer.spanContext().spanId);
    expect({ kind: inner.kind, attributes: inner.attributes, status: inner.status.code }).toEqual({
      kind: SpanKind.CLIENT,
      attributes: { 'plantcommunity.cache.hit': true },
      status: SpanStatusCode.UNSET,
    });
    expect(outer.kind).toBe(SpanKind.INTERNAL);
  });

  it.each<[string, unknown, string]>([
    ['code', Object.assign(new Error('secret text'), { code: 'busy' }), 'busy'],
    ['class', new TypeError('secret text'), 'TypeError'],
    ['absence', 'secret text', 'other'],
  ])('ends a span with error.type by the %s of an error, and throws it on', async (_by, error, type) => {
    await expect(inSpan('failing', {}, () => Promise.reject(error))).rejects.toBe(error);
    const { attributes, events, status } = recorder.only('failing');
    expect({ attributes, events, status }).toEqual({
      attributes: { 'error.type': type },
      events: [],
      status: { code: SpanStatusCode.ERROR },
    });
  });

  it('adds what the caller says about an error', async () => {
    const describeError = () => ({ 'error.type': 'http_502', 'http.response.status_code': 502 });
    await expect(inSpan('call', { describeError }, () => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(recorder.only('call').attributes).toEqual({ 'error.type': 'http_502', 'http.response.status_code': 502 });
  });

  it('gives the header that continues the trace, and links', async () => {
    const first = await inSpan('first', {}, async () => currentSpanContext());
    const headers = await inSpan('second', {}, async () => {
      if (first) linkActiveSpan(first);
      return traceHeaders();
    });
    const second = recorder.only('second');
    const { spanId, traceId } = second.spanContext();
    expect(headers).toEqual({ traceparent: `00-${traceId}-${spanId}-01` });
    expect(second.links.map(({ context }) => context)).toEqual([first]);
  });
});
