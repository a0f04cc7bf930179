import { AuthError } from './auth-error.ts';

/** Length of a password in characters, as `passwordLength` counts them. */
export const PASSWORD_LENGTH = { min: 10, max: 200 } as const;

/** In UTF-16 units before normalisation, so that an oversized text is not normalised. */
const MAX_RAW_PASSWORD_LENGTH = 8 * PASSWORD_LENGTH.max;

/** Maximum length of a name in characters. */
export const MAX_NAME_LENGTH = 100;

/** Characters that break lines, cannot be stored or change the direction of the text beside them. */
const FORBIDDEN_IN_NAME = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** Counts the characters of a password in its canonical spelling; a text of impossible length counts as it is. */
export function passwordLength(password: string): number {
  return isPossibleLength(password) ? Array.from(canonicalPassword(password)).length : password.length;
}

/** Whether a text is short enough to be a password. */
export function isPossibleLength(password: string): boolean {
  return password.length <= MAX_RAW_PASSWORD_LENGTH;
}

/** Returns one spelling for all ways in which keyboards encode the same letters (NIST SP 800-63B, 3.1.1.2). */
export function canonicalPassword(password: string): string {
  return password.normalize('NFKC');
}

/** Whether a text is one line that can be stored, and leaves the text beside it in its direction. */
export function isOneLine(text: string): boolean {
  return !FORBIDDEN_IN_NAME.test(text);
}

/** Returns the spelling in which a name is stored; undefined for no name. @throws {AuthError} `invalid_name` */
export function requireName(value: string | undefined): string | undefined {
  const name = (value ?? '').normalize('NFC').trim();
  if (name === '') return undefined;
  if (!isOneLine(name) || Array.from(name).length > MAX_NAME_LENGTH) {
    throw new AuthError('invalid_name');
  }
  return name;
}
