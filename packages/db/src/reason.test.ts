import { describe, expect, it } from 'vitest';
import { reasonOf } from './reason.ts';

describe('reasonOf', () => {
  it.each([
    [{ code: '3D000' }, 'there is no such database'],
    [
      { code: 'P2010', meta: { driverAdapterError: { cause: { originalCode: '28P01' } } } },
      'user or password were refused',
    ],
    [
      { code: 'P2010', meta: { driverAdapterError: { cause: { kind: 'DatabaseNotReachable' } } } },
      'nothing is listening there',
    ],
    [new Error('timeout expired'), 'it does not answer in time'],
    [new Error('boom'), 'it answers with an error'],
    ['boom', 'it answers with an error'],
    [null, 'it answers with an error'],
  ])('%j', (error, reason) => expect(reasonOf(error)).toBe(reason));

  it('ends on a cause that is its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    expect(reasonOf(error)).toBe('it answers with an error');
  });
});
