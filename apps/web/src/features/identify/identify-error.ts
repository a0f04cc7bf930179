import { AnswerTimeout, ConnectionLost } from '@plantcommunity/client/upload-fetch';
import { TRPCClientError } from '@trpc/client';
import { problemOf } from '../../lib/problem.ts';
import type { Run } from './run.ts';

/** Error of a run, as far as the page treats it differently. `until` is epoch milliseconds. */
export type IdentifyError =
  | { type: 'sign_in_required' }
  | { type: 'rate_limited'; until: number }
  | { type: 'providers_unavailable'; until: number; code: string; providers: Run['providers'] }
  /** `reason` is the server's sentence: what is wrong with the photo, and the remedy. */
  | { type: 'photo_rejected'; reason: string }
  | { type: 'timeout' }
  | { type: 'connection_lost' }
  | { type: 'server_error'; requestId?: string };

const DEFAULT_RETRY_SECONDS = 5;

/** Classifies the error of a failed run. Not for runs that people stopped. */
export function toIdentifyError(error: unknown, run: Run, now: number): IdentifyError {
  const cause = error instanceof TRPCClientError ? (error.cause ?? error) : error;
  if (cause instanceof AnswerTimeout) return { type: 'timeout' };
  if (cause instanceof ConnectionLost) return { type: 'connection_lost' };
  const problem = problemOf(error);
  if (problem === undefined) return { type: 'server_error' };
  const until = now + 1000 * (problem.retryAfter ?? DEFAULT_RETRY_SECONDS);
  switch (problem.status) {
    case 401:
      return { type: 'sign_in_required' };
    // The upload stalled: the page shows it as a broken connection.
    case 408:
      return { type: 'connection_lost' };
    case 429:
      return { type: 'rate_limited', until };
    case 503:
      return { type: 'providers_unavailable', until, code: problem.code, providers: run.providers };
    case 400:
    case 413:
    case 415:
    case 422:
      return { type: 'photo_rejected', reason: problem.detail };
    default:
      return { type: 'server_error', ...(problem.requestId === undefined ? {} : { requestId: problem.requestId }) };
  }
}
