import { TRPCClientError } from '@trpc/client';
import { describe, expect, it } from 'vitest';
import { troubleOf } from './identify-error.ts';
import { beginRun, withProgress } from './run.ts';
import { AnswerTimeout, ConnectionLost } from './upload-fetch.ts';

const NOW = 1_000_000;
const run = withProgress(
  beginRun('a', 1),
  { type: 'unanswered', at: 1, provider: 'plant_id', status: 'resting', retry_after_ms: 42_000 },
  NOW,
);

function answered(data: Record<string, unknown>): Error {
  return TRPCClientError.from({ error: { message: 'x', code: -32603, data: { detail: 'x', ...data } } });
}

describe('troubleOf', () => {
  it('counts down from Retry-After when the limit is reached', () => {
    expect(troubleOf(answered({ status: 429, code: 'rate_limited', retryAfter: 760 }), run, NOW)).toEqual({
      kind: 'limited',
      until: NOW + 760_000,
    });
  });

  it('tells of each service that rests what its steps told', () => {
    const error = answered({ status: 503, code: 'providers_resting', retryAfter: 18 });
    expect(troubleOf(error, run, NOW)).toEqual({
      kind: 'resting',
      until: NOW + 18_000,
      code: 'providers_resting',
      asked: { plant_id: { state: 'unanswered', status: 'resting', until: NOW + 42_000 } },
    });
  });

  it('tries again soon when nobody said when', () => {
    expect(troubleOf(answered({ status: 503, code: 'busy' }), run, NOW)).toMatchObject({ until: NOW + 5000 });
  });

  it.each([400, 413, 415, 422])('hands on what is wrong with the photo (%i)', (status) => {
    expect(troubleOf(answered({ status, code: 'x', detail: 'Photo 1 is empty.' }), run, NOW)).toEqual({
      kind: 'refused',
      reason: 'Photo 1 is empty.',
    });
  });

  it('shows a stalled upload as a lost connection', () => {
    expect(troubleOf(answered({ status: 408, code: 'upload_stalled' }), run, NOW)).toEqual({ kind: 'lost' });
  });

  it('asks to sign in', () => {
    expect(troubleOf(answered({ status: 401, code: 'authentication_required' }), run, NOW)).toEqual({
      kind: 'sign_in',
    });
  });

  it('tells slowness and a lost connection apart', () => {
    const wrapped = (cause: Error) => TRPCClientError.from(cause);
    expect(troubleOf(wrapped(new AnswerTimeout('x')), run, NOW)).toEqual({ kind: 'slow' });
    expect(troubleOf(wrapped(new ConnectionLost('x')), run, NOW)).toEqual({ kind: 'lost' });
  });

  it('names the request when it was our fault, and shows nothing of the error', () => {
    expect(
      troubleOf(answered({ status: 500, code: 'internal', requestId: 'r-1', detail: 'secret' }), run, NOW),
    ).toEqual({
      kind: 'broken',
      requestId: 'r-1',
    });
    expect(troubleOf(new Error('secret'), run, NOW)).toEqual({ kind: 'broken' });
  });
});
