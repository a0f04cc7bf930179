import { ApiError } from '../errors/api-error.ts';
import { throttled } from '../errors/texts.ts';
import { limitedSeconds } from './retry-after.ts';

/** The refusal of a call that is let through at `resetAt`. Both epoch milliseconds. */
export function rateLimited(resetAt: number, now: number): ApiError {
  const retryAfter = limitedSeconds(resetAt - now);
  return new ApiError('rate_limited', throttled(retryAfter), { retryAfter });
}
