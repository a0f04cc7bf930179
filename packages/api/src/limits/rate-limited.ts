import { ApiError } from '../errors/api-error.ts';
import { throttled } from '../errors/texts.ts';
import { retryAfterSeconds } from './retry-after.ts';

/** The refusal of a call that is let through at `resetAt`. Both epoch milliseconds. */
export function rateLimited(resetAt: number, now: number): ApiError {
  const retryAfter = retryAfterSeconds(resetAt - now);
  return new ApiError('rate_limited', throttled(retryAfter), { retryAfter });
}
