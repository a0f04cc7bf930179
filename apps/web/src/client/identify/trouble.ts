import { TRPCClientError } from '@trpc/client';
import type { ProviderName } from '../wire.ts';
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

interface Problem {
  status: number;
  code: string;
  detail: string;
  requestId?: string;
  retryAfter?: number;
}

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

function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof TRPCClientError)) return undefined;
  const data: unknown = error.data;
  if (typeof data !== 'object' || data === null || !('status' in data) || typeof data.status !== 'number')
    return undefined;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    status: data.status,
    code: 'code' in data ? text(data.code) : '',
    detail: 'detail' in data ? text(data.detail) : '',
    ...('requestId' in data && typeof data.requestId === 'string' ? { requestId: data.requestId } : {}),
    ...('retryAfter' in data && typeof data.retryAfter === 'number' ? { retryAfter: data.retryAfter } : {}),
  };
}
