import { describe, expect, it } from 'vitest';
import { deriveKeys } from './keys.ts';

const secrets = ['a'.repeat(32), 'b'.repeat(32)];
const hex = (key: Uint8Array | undefined) => Buffer.from(key ?? []).toString('hex');

const everyPurpose = () =>
  (['session', 'csrf', 'access', 'refresh'] as const).flatMap((purpose) => deriveKeys(secrets, purpose)).map(hex);

describe('deriveKeys', () => {
  it('returns one 256-bit key per secret and purpose, all different and reproducible', () => {
    const all = everyPurpose();
    expect(new Set(all).size).toBe(8);
    expect(all.every((key) => key.length === 64)).toBe(true);
    expect(everyPurpose()).toEqual(all);
  });

  it('keeps the order of the secrets', () => {
    expect(deriveKeys(secrets, 'session').map(hex)).toEqual(
      deriveKeys(secrets.toReversed(), 'session').map(hex).toReversed(),
    );
  });
});
