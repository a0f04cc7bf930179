/** Seconds for a Retry-After header: whole, at least 1, at most an hour. */
export function retryAfterSeconds(milliseconds: number): number {
  return Math.min(3600, Math.max(1, Math.ceil(milliseconds / 1000)));
}
