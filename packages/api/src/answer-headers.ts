/** Headers of every answer; personal data stays out of shared caches unless an answer says more. */
export function withAnswerHeaders(response: Response, requestId: string): Response {
  const { headers } = response;
  headers.set('X-Request-Id', requestId);
  headers.set('X-Content-Type-Options', 'nosniff');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  if (!headers.has('cache-control')) headers.set('Cache-Control', 'no-store');
  headers.append('Vary', 'Authorization, Cookie');
  return response;
}
