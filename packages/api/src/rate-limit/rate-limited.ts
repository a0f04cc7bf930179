import { ApiError } from '../errors/api-error.ts';
import { limitedSeconds } from '../errors/retry-after.ts';
import { throttled } from '../errors/texts.ts';

/**
 * Returns the 429 for a call that may be repeated at `resetAt` (epoch milliseconds). `longest`: maximum Retry-After.
 * `cause`: sentences about the limit, after the kept one.
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
