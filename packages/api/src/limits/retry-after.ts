/** Seconds for a Retry-After header: whole, at least 1. */
export function retryAfterSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}

/** The same for whoever is over a limit of ours: at most an hour, as apps were told. */
export function limitedSeconds(milliseconds: number): number {
  return Math.min(3600, retryAfterSeconds(milliseconds));
}
