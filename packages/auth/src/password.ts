import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { AuthError } from './auth-error.ts';

/** In characters, see `passwordLength`. */
export const PASSWORD_LENGTH = { min: 10, max: 200 } as const;

/** In UTF-16 units, before the several spellings of a letter are made one. */
const MAX_TYPED_LENGTH = 8 * PASSWORD_LENGTH.max;

/** Argon2id, the library's kind, with 19 MiB and 2 passes: the OWASP Password Storage Cheat Sheet's first choice. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Without the letters and digits that are taken for each other. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
/** 20 of 57: 116 bits. */
const MADE_LENGTH = 20;

/** @throws {AuthError} `invalid_password` outside of 10 to 200 characters */
export async function hashPassword(password: string): Promise<string> {
  const { max, min } = PASSWORD_LENGTH;
  const length = passwordLength(password);
  if (length < min || length > max) {
    throw new AuthError('invalid_password', `A password has ${min} to ${max} characters.`);
  }
  return hash(canonical(password), PARAMETERS);
}

/** How many characters a password has, however they were typed; what no password can have counts as too many. */
export function passwordLength(password: string): number {
  return password.length > MAX_TYPED_LENGTH ? password.length : Array.from(canonical(password)).length;
}

/** What is too long to be a password is answered no, as late as any other. */
export async function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  return verify(passwordHash, password.length > MAX_TYPED_LENGTH ? '' : canonical(password));
}

export function makePassword(): string {
  return Array.from({ length: MADE_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}

/** Keyboards spell the same letter in several ways (NIST SP 800-63B, 3.1.1.2). */
function canonical(password: string): string {
  return password.normalize('NFKC');
}
