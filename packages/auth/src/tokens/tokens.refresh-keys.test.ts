import { describe, expect, it } from 'vitest';
import { createRefreshKeys } from './tokens.ts';

const [old, fresh] = ['old secret of at least 32 bytes..', 'new secret of at least 32 bytes..'] as const;

describe('refresh keys', () => {
  const keys = createRefreshKeys([old]);
  const token = keys.generate();
  const successor = keys.successor(token, keys.digest(token), 'f1');

  it('generate tokens of 256 bits, each different', () => {
    const generated = Array.from({ length: 100 }, () => keys.generate());
    expect(new Set(generated).size).toBe(100);
    expect(generated.map((one) => Buffer.from(one, 'base64url').length)).toEqual(generated.map(() => 32));
  });

  it('derive one successor of a token, which has the form of a token', () => {
    expect(successor).toMatch(/^[\w-]{43}$/);
    expect(keys.successor(token, keys.digest(token), 'f1')).toBe(successor);
    expect(keys.digests(successor)).toEqual([keys.digest(successor)]);
  });

  it('derive different successors for another family, token or secret', () => {
    const other = keys.generate();
    const others = createRefreshKeys([fresh]);
    const all = [
      successor,
      keys.successor(token, keys.digest(token), 'f2'),
      keys.successor(other, keys.digest(other), 'f1'),
      others.successor(token, others.digest(token), 'f1'),
    ];
    expect(new Set(all).size).toBe(4);
  });

  it('store digests that cannot be used as tokens', () => {
    const digest = keys.digest(token);
    const all = [token, successor, digest, keys.digest(successor), keys.digest(digest)];
    expect(new Set(all).size).toBe(5);
    expect(() => keys.successor(digest, digest, 'f1')).toThrow(RangeError);
  });

  it('derive the same successor while the secret of the token is present, in any order', () => {
    for (const secrets of [
      [fresh, old],
      [old, fresh],
    ]) {
      expect(createRefreshKeys(secrets).successor(token, keys.digest(token), 'f1')).toBe(successor);
    }
    expect(() => createRefreshKeys([fresh]).successor(token, keys.digest(token), 'f1')).toThrow(RangeError);
  });

  it('find a token under every secret, and store it under the first', () => {
    const during = createRefreshKeys([fresh, old]);
    const after = createRefreshKeys([fresh]);
    expect(during.digests(token)).toEqual([after.digest(token), keys.digest(token)]);
    expect(during.digest(token)).toBe(after.digest(token));
    expect(after.digests(token)).not.toContain(keys.digest(token));
  });

  it.each(['', 'a', `${'a'.repeat(42)}=`, `${'a'.repeat(42)}\n`, 'a'.repeat(44), 'a'.repeat(1_000_000), 'a.b.c'])(
    'return no digest for malformed text, case %#',
    (text) => expect(keys.digests(text)).toEqual([]),
  );

  it('require a secret', () => expect(() => createRefreshKeys([])).toThrow(RangeError));
});
