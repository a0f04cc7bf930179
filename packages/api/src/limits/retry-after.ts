/** Seconds for a Retry-After header: whole, at least 1. */
export function retryAfterSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}

/** The longest that a refusal tells a caller to wait, in seconds: an hour, as apps were told, or a day for a daily share. */
export const LONGEST_RETRY_S = { rate: 3_600, share: 86_400 } as const;

/** The same for a caller over a limit of ours. */
export function limitedSeconds(milliseconds: number, longest: number = LONGEST_RETRY_S.rate): number {
  return Math.min(longest, retryAfterSeconds(milliseconds));
}
