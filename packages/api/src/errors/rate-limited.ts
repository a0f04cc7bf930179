import { ApiError } from './api-error.ts';
import { throttled } from './texts.ts';

/** Maximum Retry-After in seconds: an hour, as published to app developers, or a day for a daily share. */
export const LONGEST_RETRY_S = { rate: 3_600, share: 86_400 } as const;

/** Converts a wait to seconds for a Retry-After header: whole, at least 1. */
export function retryAfterSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}

/** Converts a wait to Retry-After seconds for a rate-limited caller, at most `longest`. */
export function limitedSeconds(milliseconds: number, longest: number = LONGEST_RETRY_S.rate): number {
  return Math.min(longest, retryAfterSeconds(milliseconds));
}

/**
 * Creates the 429 for a call that may be repeated at `resetAt` (epoch milliseconds). `longest` is the maximum
 * Retry-After in seconds. `cause` has sentences about the limit, which follow the kept one.
 */
export function rateLimited(
  resetAt: number,
  now: number,
  { cause, longest }: { longest?: number; cause?: string } = {},
): ApiError {
  const retryAfter = limitedSeconds(resetAt - now, longest);
  const detail = [throttled(retryAfter), ...(cause === undefined ? [] : [cause])].join(' ');
  return new ApiError('rate_limited', detail, { retryAfter });
}
