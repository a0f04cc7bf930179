import { AnswerTimeout, ConnectionLost } from '@plantcommunity/client/upload-fetch';
import { TRPCClientError } from '@trpc/client';
import { describe, expect, it } from 'vitest';
import { toIdentifyError } from './identify-error.ts';
import { startRun, withProgress } from './run.ts';

const NOW = 1_000_000;
const run = withProgress(
  startRun('a', 1),
  { type: 'unanswered', at: 1, provider: 'plant_id', status: 'resting', retry_after_ms: 42_000 },
  NOW,
);

function answered(data: Record<string, unknown>): Error {
  return TRPCClientError.from({ error: { message: 'x', code: -32603, data: { detail: 'x', ...data } } });
}

describe('toIdentifyError', () => {
  it('takes the wait of a 429 from Retry-After', () => {
    expect(toIdentifyError(answered({ status: 429, code: 'rate_limited', retryAfter: 760 }), run, NOW)).toEqual({
      type: 'rate_limited',
      until: NOW + 760_000,
    });
  });

  it('keeps what the progress events said of each resting provider', () => {
    const error = answered({ status: 503, code: 'providers_resting', retryAfter: 18 });
    expect(toIdentifyError(error, run, NOW)).toEqual({
      type: 'providers_unavailable',
      until: NOW + 18_000,
      code: 'providers_resting',
      providers: { plant_id: { type: 'unanswered', status: 'resting', until: NOW + 42_000 } },
    });
  });

  it('waits 5 s when a 503 has no Retry-After', () => {
    expect(toIdentifyError(answered({ status: 503, code: 'busy' }), run, NOW)).toMatchObject({ until: NOW + 5000 });
  });

  it.each([400, 413, 415, 422])('passes on what is wrong with the photo (%i)', (status) => {
    expect(toIdentifyError(answered({ status, code: 'x', detail: 'Photo 1 is empty.' }), run, NOW)).toEqual({
      type: 'photo_rejected',
      reason: 'Photo 1 is empty.',
    });
  });

  it('treats a stalled upload as a lost connection', () => {
    expect(toIdentifyError(answered({ status: 408, code: 'upload_stalled' }), run, NOW)).toEqual({
      type: 'connection_lost',
    });
  });

  it('asks to sign in after a 401', () => {
    expect(toIdentifyError(answered({ status: 401, code: 'authentication_required' }), run, NOW)).toEqual({
      type: 'sign_in_required',
    });
  });

  it('distinguishes a timeout from a lost connection', () => {
    const wrapped = (cause: Error) => TRPCClientError.from(cause);
    expect(toIdentifyError(wrapped(new AnswerTimeout()), run, NOW)).toEqual({ type: 'timeout' });
    expect(toIdentifyError(wrapped(new ConnectionLost()), run, NOW)).toEqual({ type: 'connection_lost' });
  });

  it('has the request id of a server error, and nothing of its text', () => {
    expect(
      toIdentifyError(answered({ status: 500, code: 'internal', requestId: 'r-1', detail: 'secret' }), run, NOW),
    ).toEqual({
      type: 'server_error',
      requestId: 'r-1',
    });
    expect(toIdentifyError(new Error('secret'), run, NOW)).toEqual({ type: 'server_error' });
  });
});
