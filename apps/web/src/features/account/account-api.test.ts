import { TRPCClientError } from '@trpc/client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { toFormFailure } from './account-api.ts';

const WORDS = {
  fields: ['email', 'password'] as const,
  wrong: { email: 'No address.', password: 'Not yours.' },
  tooMany: 'One too many.',
};

function answered(data: Record<string, unknown>): Error {
  return TRPCClientError.from({ error: { message: 'x', code: -32603, data: { code: 'x', detail: 'x', ...data } } });
}

afterEach(() => vi.unstubAllGlobals());

describe('toFormFailure', () => {
  it('says its own words beside each field that was not taken', () => {
    const error = answered({ status: 400, errors: [{ pointer: '#/password', detail: 'from the server' }] });
    expect(toFormFailure(error, WORDS)).toEqual({ errors: { email: undefined, password: 'Not yours.' } });
  });

  it('says what the API says of no single field', () => {
    const error = answered({ status: 400, detail: 'The last admin stays.', errors: [{ pointer: '#', detail: 'x' }] });
    expect(toFormFailure(error, WORDS)).toEqual({ error: { sentence: 'The last admin stays.' } });
  });

  it('says when the next try is let through', () => {
    const before = Date.now();
    expect(toFormFailure(answered({ status: 429, retryAfter: 90 }), WORDS)).toEqual({
      error: {
        sentence: expect.stringMatching(/^One too many\. You can try again at \d\d:\d\d\.$/) as string,
        until: expect.closeTo(before + 90_000, -4) as number,
      },
    });
  });

  it('leads whoever is not signed in any more to sign in', () => {
    const assign = vi.fn<(address: string) => void>();
    vi.stubGlobal('location', { assign });
    expect(toFormFailure(answered({ status: 401 }), WORDS)).toBe('leaving');
    expect(assign).toHaveBeenCalledWith('/login?next=/account');
  });

  it.each([
    [true, /No answer came/],
    [false, /You are offline/],
  ])('says of no answer whether there is a connection (%s)', (onLine, sentence) => {
    vi.stubGlobal('navigator', { onLine });
    expect(toFormFailure(new TypeError('Failed to fetch'), WORDS)).toEqual({
      error: { sentence: expect.stringMatching(sentence) as string },
    });
  });

  it('says nothing of what broke', () => {
    expect(toFormFailure(answered({ status: 500, detail: 'Internal error' }), WORDS)).toEqual({
      error: { sentence: 'Something broke on our side. Please try again in a moment.' },
    });
  });
});
