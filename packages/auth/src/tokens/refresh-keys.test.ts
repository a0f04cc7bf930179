import { describe, expect, it } from 'vitest';
import { createRefreshKeys } from './refresh-keys.ts';

const [old, fresh] = ['old secret of at least 32 bytes..', 'new secret of at least 32 bytes..'] as const;

describe('refresh keys', () => {
  const keys = createRefreshKeys([old]);
  const token = keys.generate();
  const successor = keys.successor(token, keys.digest(token), 'f1');

  it('make tokens of 256 bits, each another', () => {
    const made = Array.from({ length: 100 }, () => keys.generate());
    expect(new Set(made).size).toBe(100);
    expect(made.map((one) => Buffer.from(one, 'base64url').length)).toEqual(made.map(() => 32));
  });

  it('make one successor of a token, which is a token like any other', () => {
    expect(successor).toMatch(/^[\w-]{43}$/);
    expect(keys.successor(token, keys.digest(token), 'f1')).toBe(successor);
    expect(keys.digests(successor)).toEqual([keys.digest(successor)]);
  });

  it('make another successor in another family, of another token and with another secret', () => {
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

  it('keep nothing that is worth anything to who reads it', () => {
    const kept = keys.digest(token);
    const all = [token, successor, kept, keys.digest(successor), keys.digest(kept)];
    expect(new Set(all).size).toBe(5);
    expect(() => keys.successor(kept, kept, 'f1')).toThrow(RangeError);
  });

  it('make the same successor while the secret that a token is kept under is there, first or not', () => {
    for (const secrets of [
      [fresh, old],
      [old, fresh],
    ]) {
      expect(createRefreshKeys(secrets).successor(token, keys.digest(token), 'f1')).toBe(successor);
    }
    expect(() => createRefreshKeys([fresh]).successor(token, keys.digest(token), 'f1')).toThrow(RangeError);
  });

  it('know a token under every secret, and keep it under the first', () => {
    const during = createRefreshKeys([fresh, old]);
    const after = createRefreshKeys([fresh]);
    expect(during.digests(token)).toEqual([after.digest(token), keys.digest(token)]);
    expect(during.digest(token)).toBe(after.digest(token));
    expect(after.digests(token)).not.toContain(keys.digest(token));
  });

  it.each(['', 'a', `${'a'.repeat(42)}=`, `${'a'.repeat(42)}\n`, 'a'.repeat(44), 'a'.repeat(1_000_000), 'a.b.c'])(
    'look for nothing that is no token of ours, case %#',
    (text) => expect(keys.digests(text)).toEqual([]),
  );

  it('need a secret', () => expect(() => createRefreshKeys([])).toThrow(RangeError));
});
