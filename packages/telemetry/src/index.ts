export { KEPT_PROVIDER } from './kept-provider.ts';
export { createLogger, type Logger } from './logger.ts';
export type { HttpMetrics } from './metrics/http-metrics.ts';
export type { JobMetrics } from './metrics/job-metrics.ts';
export { createMetrics, type Metrics } from './metrics/registry.ts';
export { type RequestMetrics, UPLOAD_REFUSALS, type UploadVerdict } from './metrics/request-metrics.ts';
export type { StorageMetrics } from './metrics/storage-metrics.ts';
export { redact, redactAndCut } from './redact.ts';
export {
  acceptRequestId,
  currentRequestId,
  newRequestId,
  runWithoutRequestId,
  runWithRequestId,
} from './request-id.ts';
export {
  type Attributes,
  currentSpanContext,
  inSpan,
  linkActiveSpan,
  type Span,
  type SpanContext,
  type SpanOptions,
  traceHeaders,
} from './spans.ts';
