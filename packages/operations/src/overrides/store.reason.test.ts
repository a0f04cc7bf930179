import { describe, expect, it } from 'vitest';
import { checkReason, OperationsError } from './store.ts';

describe('the reason of an override', () => {
  it.each([
    ['x'.repeat(10), 'x'.repeat(10)],
    ['x'.repeat(500), 'x'.repeat(500)],
    ['  Their status page says outage.\n', 'Their status page says outage.'],
  ])('is kept without surrounding white space when it has 10 to 500 characters', (reason, kept) => {
    expect(checkReason(reason)).toBe(kept);
  });

  it.each(['', 'x'.repeat(9), ` ${'x'.repeat(9)} `, 'x'.repeat(501)])(
    'is rejected at any other length: %j',
    (reason) => {
      expect(() => checkReason(reason)).toThrow(OperationsError);
      expect(() => checkReason(reason)).toThrow(expect.objectContaining({ code: 'invalid_reason' }));
    },
  );
});
