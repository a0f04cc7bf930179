import { describe, expect, it } from 'vitest';
import { OperationsError } from './operations-error.ts';
import { requireReason } from './reason.ts';

describe('the reason of a change', () => {
  it.each([
    ['x'.repeat(10), 'x'.repeat(10)],
    ['x'.repeat(500), 'x'.repeat(500)],
    ['  Their status page says outage.\n', 'Their status page says outage.'],
  ])('is kept without surrounding white space when it has 10 to 500 characters', (reason, kept) => {
    expect(requireReason(reason)).toBe(kept);
  });

  it.each(['', 'x'.repeat(9), ` ${'x'.repeat(9)} `, 'x'.repeat(501)])(
    'is rejected at any other length: %j',
    (reason) => {
      expect(() => requireReason(reason)).toThrow(OperationsError);
      expect(() => requireReason(reason)).toThrow(expect.objectContaining({ code: 'invalid_reason' }));
    },
  );
});
