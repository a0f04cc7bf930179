import { describe, expect, it } from 'vitest';
import { requireName } from './input-rules.ts';

describe('a name', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    [' \n\t ', undefined],
    ['  Ann \n', 'Ann'],
    ["Seán O'Neil-Süß", "Seán O'Neil-Süß"],
    ['Zoe\u0308', 'Zo\u00eb'],
    ['<b>Ann</b>', '<b>Ann</b>'],
    ['👩‍🌾', '👩‍🌾'],
    ['\u{1f33f}'.repeat(100), '\u{1f33f}'.repeat(100)],
  ])('%j is stored as %j', (given, kept) => expect(requireName(given)).toBe(kept));

  it.each([
    ['two lines', 'Ann\nBob'],
    ['a line separator', 'Ann\u2028Bob'],
    ['a NUL', 'Ann\0'.padEnd(9, 'x')],
    ['an escape', 'Ann\u001b[31mBob'],
    ['a lone surrogate', 'Ann\ud800Bob'],
    ['a change of direction', 'Ann\u202eBob'],
    ['101 characters', 'a'.repeat(101)],
  ])('is rejected with %s', (_what, given) => {
    expect(() => requireName(given)).toThrow(expect.objectContaining({ code: 'invalid_name' }));
  });
});
