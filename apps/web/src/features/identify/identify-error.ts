import { TRPCClientError } from '@trpc/client';
import { problemOf } from '../../lib/problem.ts';
import type { ProviderName } from '../../lib/wire.ts';
import type { Asked, Run } from './run.ts';
import { AnswerTimeout, ConnectionLost } from './upload-fetch.ts';

/** Why there is no answer, and what the page does about it. `until` is epoch milliseconds. */
export type Trouble =
  | { kind: 'sign_in' }
  | { kind: 'limited'; until: number }
  | { kind: 'resting'; until: number; code: string; asked: Readonly<Partial<Record<ProviderName, Asked>>> }
  /** The server cannot use the photo; `reason` says what and what to do. */
  | { kind: 'refused'; reason: string }
  | { kind: 'slow' }
  | { kind: 'lost' }
  | { kind: 'broken'; requestId?: string };

const WAIT_SECONDS = 5;

/** What a failed run means. Never called for one that was stopped. */
export function troubleOf(error: unknown, run: Run, now: number): Trouble {
  const cause = error instanceof TRPCClientError ? (error.cause ?? error) : error;
  if (cause instanceof AnswerTimeout) return { kind: 'slow' };
  if (cause instanceof ConnectionLost) return { kind: 'lost' };
  const problem = problemOf(error);
  if (problem === undefined) return { kind: 'broken' };
  const until = now + 1000 * (problem.retryAfter ?? WAIT_SECONDS);
  switch (problem.status) {
    case 401:
      return { kind: 'sign_in' };
    // The upload stalled: the page shows it as a broken connection.
    case 408:
      return { kind: 'lost' };
    case 429:
      return { kind: 'limited', until };
    case 503:
      return { kind: 'resting', until, code: problem.code, asked: run.asked };
    case 400:
    case 413:
    case 415:
    case 422:
      return { kind: 'refused', reason: problem.detail };
    default:
      return { kind: 'broken', ...(problem.requestId === undefined ? {} : { requestId: problem.requestId }) };
  }
}
