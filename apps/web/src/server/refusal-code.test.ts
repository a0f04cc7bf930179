import { initTRPC } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { refusalCode } from './refusal-code.ts';

/** As the API's class is. */
class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code = 'not_found';
}

const t = initTRPC.create();
const caller = t.createCallerFactory(
  t.router({
    refuse: t.procedure.query(() => {
      throw new ApiError('Not found.');
    }),
    fail: t.procedure.query(() => {
      throw Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });
    }),
    picky: t.procedure
      .input((value: unknown): string => {
        throw new TypeError(`not ${String(value)}`);
      })
      .query(() => 'fine'),
  }),
)({});

const thrownBy = async (call: Promise<unknown>) => call.catch((error: unknown) => error);

describe('refusalCode', () => {
  it('is what the procedure refused with', async () => {
    expect(refusalCode(await thrownBy(caller.refuse()))).toBe('not_found');
  });

  it('is invalid_request for input that is none', async () => {
    expect(refusalCode(await thrownBy(caller.picky('this')))).toBe('invalid_request');
  });

  it('is nothing for what fails', async () => {
    expect(refusalCode(await thrownBy(caller.fail()))).toBeUndefined();
    expect(refusalCode('not_found')).toBeUndefined();
  });
});
