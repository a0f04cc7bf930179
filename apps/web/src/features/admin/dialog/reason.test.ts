import { describe, expect, it } from 'vitest';
import { reasonError, reasonLengthText } from './reason.ts';

describe('reasonError', () => {
  it('accepts 10 to 500 characters, without surrounding white space', () => {
    expect(reasonLengthText('  Outage  ')).toBe('6 of 500 characters, at least 10');
    expect(reasonError('  too short  ')).toBe('Please say why in at least 10 characters.');
    expect(reasonError('long enough')).toBeUndefined();
    expect(reasonError('x'.repeat(500))).toBeUndefined();
    expect(reasonError('x'.repeat(501))).toBe('Please say why in at most 500 characters.');
  });
});
