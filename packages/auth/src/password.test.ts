import { describe, expect, it } from 'vitest';
import { generatePassword, hashPassword, verifyPassword } from './password.ts';

describe('passwords', () => {
  it('are hashed by argon2id with 19 MiB, two passes and a salt', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
  });

  it('match only themselves', async () => {
    const hash = await hashPassword('correct horse');
    expect(await verifyPassword(hash, 'correct horse')).toBe(true);
    expect(await verifyPassword(hash, 'correct horse ')).toBe(false);
    expect(await verifyPassword(hash, '')).toBe(false);
  });

  it('match in every encoding of their letters', async () => {
    const hash = await hashPassword('Vergi\u00dfmeinn\u00fccht');
    expect(await verifyPassword(hash, 'Vergi\u00dfmeinnu\u0308cht')).toBe(true);
  });

  it.each([
    ['9 characters', 'a'.repeat(9)],
    ['9 characters of two units', '\u{1f33f}'.repeat(9)],
    ['201 characters', 'a'.repeat(201)],
  ])('are refused with %s', async (_what, password) => {
    await expect(hashPassword(password)).rejects.toMatchObject({ code: 'invalid_password' });
  });

  it.each([
    ['at the end', 'correct horse\ud83c'],
    ['in the middle', 'correct\udf3fhorse'],
    ['of the longest', `${'a'.repeat(199)}\ud83c`],
  ])('are refused with a lone surrogate %s', async (_where, password) => {
    await expect(hashPassword(password)).rejects.toMatchObject({ code: 'malformed_password' });
  });

  it.each(['\ud83c', '\ud83d', '\udf3f'])('never match with a lone surrogate (%j)', async (half) => {
    // The hash of a password that was once accepted with one: every other lone surrogate gave the same hash.
    const hash = await hashPassword('correct horse\ufffd');
    expect(await verifyPassword(hash, `correct horse${half}`)).toBe(false);
  });

  it.each([
    ['10 characters', 'a'.repeat(10)],
    ['200 characters', 'a'.repeat(200)],
    ['200 characters of two units', '\u{1f33f}'.repeat(200)],
  ])('are accepted with %s', async (_what, password) => {
    expect(await verifyPassword(await hashPassword(password), password)).toBe(true);
  });

  it('of excessive length are rejected without being hashed', async () => {
    const hash = await hashPassword('a'.repeat(200));
    expect(await verifyPassword(hash, 'a'.repeat(5_000_000))).toBe(false);
  });

  it('are generated with 20 characters, each different', () => {
    const generated = Array.from({ length: 100 }, generatePassword);
    expect(new Set(generated).size).toBe(100);
    for (const password of generated) expect(password).toMatch(/^[A-HJ-NP-Za-km-z2-9]{20}$/);
  });
});
