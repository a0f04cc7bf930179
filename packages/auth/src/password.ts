import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { AuthError } from './auth-error.ts';
import { canBeTyped, canonical, PASSWORD_LENGTH, passwordLength } from './password-length.ts';

/** Argon2id, the library's kind, with 19 MiB and 2 passes: the OWASP Password Storage Cheat Sheet's first choice. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Without the letters and digits that are taken for each other. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
/** 20 of 57: 116 bits. */
const MADE_LENGTH = 20;

/** @throws {AuthError} `invalid_password` outside of 10 to 200 characters, or with half of one */
export async function hashPassword(password: string): Promise<string> {
  if (!password.isWellFormed()) {
    throw new AuthError('invalid_password', 'A password is made of whole characters; this one holds half of one.');
  }
  const { max, min } = PASSWORD_LENGTH;
  const length = passwordLength(password);
  if (length < min || length > max) {
    throw new AuthError('invalid_password', `A password has ${min} to ${max} characters.`);
  }
  return hash(canonical(password), PARAMETERS);
}

/**
 * What cannot be a password is answered no, as late as any other: what is too long, and lone surrogates, which are all
 * the same in UTF-8.
 */
export async function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  return verify(passwordHash, canBeTyped(password) && password.isWellFormed() ? canonical(password) : '');
}

export function makePassword(): string {
  return Array.from({ length: MADE_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}
