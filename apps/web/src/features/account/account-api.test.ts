import { TRPCClientError } from '@trpc/client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { toFormFailure } from './account-api.ts';

const TEXTS = {
  fields: ['email', 'password'] as const,
  invalid: { email: 'No address.', password: 'Not yours.' },
  tooMany: 'One too many.',
};

function answered(data: Record<string, unknown>): Error {
  return TRPCClientError.from({ error: { message: 'x', code: -32603, data: { code: 'x', detail: 'x', ...data } } });
}

afterEach(() => vi.unstubAllGlobals());

describe('toFormFailure', () => {
  it('has the form’s own message for each invalid field', () => {
    const error = answered({ status: 400, errors: [{ pointer: '#/password', detail: 'from the server' }] });
    expect(toFormFailure(error, TEXTS)).toEqual({ errors: { email: undefined, password: 'Not yours.' } });
  });

  it('has the API’s detail when no field is named', () => {
    const error = answered({ status: 400, detail: 'The last admin stays.', errors: [{ pointer: '#', detail: 'x' }] });
    expect(toFormFailure(error, TEXTS)).toEqual({ error: { message: 'The last admin stays.' } });
  });

  it('has the time of the next possible try after a 429', () => {
    const before = Date.now();
    expect(toFormFailure(answered({ status: 429, retryAfter: 90 }), TEXTS)).toEqual({
      error: {
        message: expect.stringMatching(/^One too many\. You can try again at \d\d:\d\d\.$/) as string,
        until: expect.closeTo(before + 90_000, -4) as number,
      },
    });
  });

  it('leads to the sign-in page after a 401', () => {
    const assign = vi.fn<(address: string) => void>();
    vi.stubGlobal('location', { assign });
    expect(toFormFailure(answered({ status: 401 }), TEXTS)).toBe('leaving');
    expect(assign).toHaveBeenCalledWith('/login?next=/account');
  });

  it.each([
    [true, /No answer came/],
    [false, /You are offline/],
  ])('distinguishes a missing answer from being offline (online: %s)', (onLine, sentence) => {
    vi.stubGlobal('navigator', { onLine });
    expect(toFormFailure(new TypeError('Failed to fetch'), TEXTS)).toEqual({
      error: { message: expect.stringMatching(sentence) as string },
    });
  });

  it('hides the detail of a server error', () => {
    expect(toFormFailure(answered({ status: 500, detail: 'Internal error' }), TEXTS)).toEqual({
      error: { message: 'Something broke on our side. Please try again in a moment.' },
    });
  });
});
