import { ApiError } from '../errors/api-error.ts';
import { throttled } from '../errors/texts.ts';
import { limitedSeconds } from './retry-after.ts';

/** The refusal of a call that is let through at `resetAt`. Both epoch milliseconds; `longest`: seconds to wait at most. */
export function rateLimited(resetAt: number, now: number, longest?: number): ApiError {
  const retryAfter = limitedSeconds(resetAt - now, longest);
  return new ApiError('rate_limited', throttled(retryAfter), { retryAfter });
}
