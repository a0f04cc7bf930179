/** Seconds for a Retry-After header: whole, at least 1. */
export function retryAfterSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}

/** Maximum Retry-After in seconds: an hour, as published to app developers, or a day for a daily share. */
export const LONGEST_RETRY_S = { rate: 3_600, share: 86_400 } as const;

/** Converts a wait to Retry-After seconds for a rate-limited caller, at most `longest`. */
export function limitedSeconds(milliseconds: number, longest: number = LONGEST_RETRY_S.rate): number {
  return Math.min(longest, retryAfterSeconds(milliseconds));
}
