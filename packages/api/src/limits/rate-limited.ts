import { ApiError } from '../errors/api-error.ts';
import { throttled } from '../errors/texts.ts';
import { limitedSeconds } from './retry-after.ts';

/**
 * Returns the 429 for a call that may be repeated at `resetAt` (epoch milliseconds). `longest`: maximum Retry-After.
 */
export function rateLimited(resetAt: number, now: number, longest?: number): ApiError {
  const retryAfter = limitedSeconds(resetAt - now, longest);
  return new ApiError('rate_limited', throttled(retryAfter), { retryAfter });
}
