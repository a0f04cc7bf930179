/**
 * What the API adds to its answers; personal data stays out of shared caches unless an answer says more. The request
 * guard adds the headers of every answer.
 */
export function withResponseHeaders(response: Response, requestId: string): Response {
  const { headers } = response;
  headers.set('X-Request-Id', requestId);
  if (!headers.has('cache-control')) headers.set('Cache-Control', 'no-store');
  headers.append('Vary', 'Authorization, Cookie');
  return response;
}
