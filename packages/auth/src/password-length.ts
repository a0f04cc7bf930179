/** In characters, see `passwordLength`. */
export const PASSWORD_LENGTH = { min: 10, max: 200 } as const;

/** In UTF-16 units, before the several spellings of a letter are made one. */
const MAX_TYPED_LENGTH = 8 * PASSWORD_LENGTH.max;

/** How many characters a password has, however they were typed; what no password can have counts as too many. */
export function passwordLength(password: string): number {
  return canBeTyped(password) ? Array.from(canonical(password)).length : password.length;
}

/** Whether it may be a password at all: nobody types as much. */
export function canBeTyped(password: string): boolean {
  return password.length <= MAX_TYPED_LENGTH;
}

/** Keyboards spell the same letter in several ways (NIST SP 800-63B, 3.1.1.2). */
export function canonical(password: string): string {
  return password.normalize('NFKC');
}
