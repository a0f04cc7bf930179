import { describe, expect, it } from 'vitest';
import { generateKey, hashOf, isWellFormed, looksLikeKey, startOf } from './key-text.ts';

const RANDOM = 'a'.repeat(30);

describe('an API key', () => {
  it('is plk_ with 36 characters of base 62, and another one each time', () => {
    const keys = Array.from({ length: 200 }, generateKey);
    for (const key of keys) expect(key).toMatch(/^plk_[0-9A-Za-z]{36}$/);
    expect(new Set(keys).size).toBe(keys.length);
    // All characters of the alphabet appear among 6,000 random ones.
    expect(new Set(keys.flatMap((key) => Array.from(key.slice(4, 34)))).size).toBe(62);
  });

  it.each(['plk_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1yLcDB', 'plk_0123456789ABCDEFGHIJKLMNOPQRST4PMbyp'])(
    'has the checksum that zlib of Python computes: %s',
    (key) => expect(isWellFormed(key)).toBe(true),
  );

  it('is well-formed with its checksum only', () => {
    const key = generateKey();
    expect(isWellFormed(key)).toBe(true);
    const wrong = Array.from(
      key,
      (character, at) => key.slice(0, at) + (character === 'x' ? 'y' : 'x') + key.slice(at + 1),
    );
    expect(wrong.filter(isWellFormed)).toEqual([]);
  });

  it.each([
    ['empty', ''],
    ['too short', `plk_${RANDOM}`],
    ['a megabyte long', `plk_${'a'.repeat(1_000_000)}`],
    ['of another alphabet', `plk_${'-'.repeat(36)}`],
    ['followed by a line break', `${generateKey()}\n`],
    ['in other case', generateKey().toUpperCase()],
  ])('is not well-formed when it is %s', (_what, text) => expect(isWellFormed(text)).toBe(false));

  it('shows its first eight characters, and is stored as SHA-256 in hex', () => {
    const key = generateKey();
    expect(startOf(key)).toBe(key.slice(0, 8));
    // The test vector of FIPS 180-2, B.1.
    expect(hashOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('is told from an access token by its beginning, also when it is malformed', () => {
    expect({ key: looksLikeKey('plk_x'), token: looksLikeKey('eyJhbGciOi'), empty: looksLikeKey('') }).toEqual({
      key: true,
      token: false,
      empty: false,
    });
  });
});
