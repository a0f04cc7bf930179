import { problemBody } from '@plantcommunity/http';
import { container } from '@/server/container.ts';
import { mayReadMetrics } from '@/server/metrics-access.ts';
import { probeHeaders } from '@/server/response-headers.ts';

/** Serves the metrics of this process in the text format of Prometheus. */
export async function GET(request: Request): Promise<Response> {
  const { metrics, settings } = await container();
  const headers = probeHeaders(request);
  if (!mayReadMetrics(request.headers, settings.metricsToken)) {
    const refusal = { code: 'invalid_token', detail: 'The bearer token is not that of METRICS_TOKEN.', status: 401 };
    return new Response(JSON.stringify(problemBody(refusal, headers['X-Request-Id'])), {
      status: refusal.status,
      headers: { ...headers, 'Content-Type': 'application/problem+json', 'WWW-Authenticate': 'Bearer' },
    });
  }
  const { body, contentType } = await metrics.expose();
  return new Response(body, { headers: { ...headers, 'Content-Type': contentType } });
}
