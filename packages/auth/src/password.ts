import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { AuthError } from './auth-error.ts';
import { canonicalPassword, isPossibleLength, PASSWORD_LENGTH, passwordLength } from './input-rules.ts';

/** Argon2id (the default of the library), 19 MiB, 2 passes: the first choice of the OWASP Password Storage Cheat Sheet. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Without letters and digits that look alike. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
/** 20 of 57 characters: 116 bits. */
const GENERATED_LENGTH = 20;

/** @throws {AuthError} `invalid_password` for a length outside 10 to 200 characters, `malformed_password` for a lone surrogate */
export async function hashPassword(password: string): Promise<string> {
  if (!password.isWellFormed()) throw new AuthError('malformed_password');
  const { max, min } = PASSWORD_LENGTH;
  const length = passwordLength(password);
  if (length < min || length > max) throw new AuthError('invalid_password');
  return hash(canonicalPassword(password), PARAMETERS);
}

/**
 * Compares a password with a hash. A text that cannot be a password takes as long as any other and never matches: one
 * that is too long, or that has a lone surrogate (all of them are the same in UTF-8).
 */
export async function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  const isPossible = isPossibleLength(password) && password.isWellFormed();
  return verify(passwordHash, isPossible ? canonicalPassword(password) : '');
}

export function generatePassword(): string {
  return Array.from({ length: GENERATED_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}
