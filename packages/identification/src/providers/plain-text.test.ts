import { cpuTimeOf } from '@plantcommunity/telemetry/testing';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainText, plainTexts } from './plain-text.ts';

test.each([
  { name: 'markup', dirty: '<b>Daisy</b><script src="x"></script> family', clean: 'Daisy family' },
  { name: 'markup in markup', dirty: '<<b>script>alert(1)', clean: '< script>alert(1)' },
  { name: 'an unclosed tag', dirty: 'Daisy <img src=x onerror=alert(1)', clean: 'Daisy img src=x onerror=alert(1)' },
  { name: 'control characters and line ends', dirty: 'a\u0000b\r\n\tc', clean: 'a b c' },
  { name: 'characters that turn the reading direction', dirty: 'safe\u202Egpj.exe', clean: 'safe gpj.exe' },
  { name: 'a comparison', dirty: 'pH < 7 and > 5', clean: 'pH < 7 and > 5' },
  { name: 'half a surrogate pair', dirty: 'a\ud83c', clean: 'a\ufffd' },
])('plainText cleans $name', ({ dirty, clean }) => {
  expect(plainText(dirty, 100)).toBe(clean);
});

test.each([undefined, null, '', '  \n ', '<p></p>'])('plainText returns undefined for %j', (value) => {
  expect(plainText(value, 100)).toBeUndefined();
});

test('plainText does not cut a surrogate pair in two', () => {
  expect(plainText('ab🌱', 3)).toBe('ab');
});

test('plainText returns one short line that opens no tag, for any input', () => {
  // The unit `binary` of the library takes seconds to build a table of all code points.
  const unit = fc.nat(0x10_ff_ff).map((code) => String.fromCodePoint(code));
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 100 }), fc.integer({ min: 1, max: 50 }), (value, max) => {
      const text = plainText(value, max) ?? '';
      expect(text.length).toBeLessThanOrEqual(max);
      expect(text).not.toMatch(/\p{Cc}|<[a-z/!]/iu);
      expect(text.isWellFormed()).toBe(true);
    }),
  );
});

test('plainText takes little processor time for a text that is made to be slow', async () => {
  const text = '<a'.repeat(1_000_000);
  // It takes milliseconds. Reading the whole text, and once more for each tag, would take minutes.
  expect(await cpuTimeOf(() => plainText(text, 2_000))).toBeLessThan(2_000);
});

test('plainTexts drops empty and repeated texts, up to the maximum', () => {
  expect(plainTexts(['Daisy', ' Daisy ', '', 'Bruisewort', 'Woundwort'], 2, 50)).toEqual(['Daisy', 'Bruisewort']);
  expect(plainTexts(null, 2, 50)).toEqual([]);
});
