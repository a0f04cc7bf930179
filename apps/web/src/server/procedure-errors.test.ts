import { initTRPC } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { refusalCode } from './procedure-errors.ts';

/** Has the shape of the API's class. */
class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code = 'not_found';
}

/** Has the shape of the class of operations. */
class OperationsError extends Error {
  override readonly name = 'OperationsError';
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

const t = initTRPC.create();
const caller = t.createCallerFactory(
  t.router({
    refuse: t.procedure.query(() => {
      throw new ApiError('Not found.');
    }),
    operate: t.procedure
      .input((code: unknown) => String(code))
      .mutation(({ input }) => {
        throw new OperationsError(input);
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
  it('is the code of the error that the procedure threw', async () => {
    expect(refusalCode(await thrownBy(caller.refuse()))).toBe('not_found');
  });

  it.each([
    ['unknown_user', 'not_found'],
    ['unchanged', 'invalid_request'],
  ])('of the error %s of operations is %s', async (code, refusal) => {
    expect(refusalCode(await thrownBy(caller.operate(code)))).toBe(refusal);
  });

  it('is invalid_request for input that the procedure does not accept', async () => {
    expect(refusalCode(await thrownBy(caller.picky('this')))).toBe('invalid_request');
  });

  it('is undefined for an unexpected error', async () => {
    expect(refusalCode(await thrownBy(caller.fail()))).toBeUndefined();
    expect(refusalCode('not_found')).toBeUndefined();
  });
});
