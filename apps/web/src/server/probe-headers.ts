import { acceptRequestId } from '@plantcommunity/telemetry';

/** Headers of a probe's answer: never kept, and named like every other answer. */
export function probeHeaders(request: Request): Record<string, string> {
  return { 'Cache-Control': 'no-store', 'X-Request-Id': acceptRequestId(request.headers.get('x-request-id')) };
}
