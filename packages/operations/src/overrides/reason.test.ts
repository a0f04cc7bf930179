import { describe, expect, it } from 'vitest';
import { OperationsError } from '../operations-error.ts';
import { checkReason } from './reason.ts';

describe('a reason', () => {
  it.each([
    ['x'.repeat(10), 'x'.repeat(10)],
    ['x'.repeat(500), 'x'.repeat(500)],
    ['  Their status page says outage.\n', 'Their status page says outage.'],
  ])('of 10 to 500 characters is kept without the white space around it', (said, kept) => {
    expect(checkReason(said)).toBe(kept);
  });

  it.each(['', 'x'.repeat(9), ` ${'x'.repeat(9)} `, 'x'.repeat(501)])('of any other length is refused: %j', (said) => {
    expect(() => checkReason(said)).toThrow(OperationsError);
    expect(() => checkReason(said)).toThrow(expect.objectContaining({ code: 'invalid_reason' }));
  });
});
