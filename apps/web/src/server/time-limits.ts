/** Time limits of the HTTP server for a connection, as Node names them; milliseconds. */
export interface TimeLimits {
  requestTimeout: number;
  headersTimeout: number;
  keepAliveTimeout: number;
}

/**
 * Time limits of a connection:
 * - A whole request may take 11 minutes: an upload may take 10 while data keeps arriving, and its reader ends a stalled
 *   one. Node's default of 5 minutes would cut long uploads.
 * - Its headers may take 75 seconds, which also limits a connection without any request: load balancers that open
 *   connections in advance keep them for 60.
 * - An idle connection is kept for `keepAliveMs`: when we close it before the load balancer does, a request that is on
 *   its way is lost, and the client gets a 502.
 */
export function timeLimits(keepAliveMs: number): TimeLimits {
  return { requestTimeout: 11 * 60_000, headersTimeout: 75_000, keepAliveTimeout: keepAliveMs };
}
