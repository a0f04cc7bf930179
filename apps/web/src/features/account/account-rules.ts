import { PASSWORD_LENGTH, passwordLength, requireName } from '@plantcommunity/auth/input-rules';

const { max, min } = PASSWORD_LENGTH;

/** Hint below the label of a new password. */
export const PASSWORD_RULE = `${min} to ${max} characters. A few words do well.`;
export const NO_EMAIL = 'This is no e-mail address. One looks like ada@example.org.';
export const LONG_NAME = 'A name has at most 100 characters, on one line.';

/** Returns the error of an e-mail address; undefined when it looks valid. The server decides in the end. */
export function emailError(value: string): string | undefined {
  const email = value.trim();
  return missingEmail(email) ?? (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) ? undefined : NO_EMAIL);
}

/** Returns the error of a new password. */
export function passwordError(password: string): string | undefined {
  const length = passwordLength(password);
  if (length === 0) return 'Please choose a password.';
  if (length >= min && length <= max) return undefined;
  const has = length === 1 ? '1 character' : `${length} characters`;
  return `A password has ${min} to ${max} characters; this one has ${has}.`;
}

/** Returns the error of a name, which may be empty. */
export function nameError(name: string): string | undefined {
  try {
    requireName(name);
    return undefined;
  } catch {
    return LONG_NAME;
  }
}

/** Returns the error of an empty e-mail address. */
export function missingEmail(email: string): string | undefined {
  return email.trim() === '' ? 'Please enter your e-mail address.' : undefined;
}

/** Returns the error of an empty password. */
export function missingPassword(password: string): string | undefined {
  return password === '' ? 'Please enter your password.' : undefined;
}
