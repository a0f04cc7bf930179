import { requireName } from '@plantcommunity/auth/name';
import { PASSWORD_LENGTH, passwordLength } from '@plantcommunity/auth/password-length';

const { max, min } = PASSWORD_LENGTH;

/** Said before anything is typed. */
export const PASSWORD_RULE = `${min} to ${max} characters. A few words do well.`;
export const NO_EMAIL = 'This is no e-mail address. One looks like ada@example.org.';
export const LONG_NAME = 'A name has at most 100 characters, on one line.';

/** What is wrong with an address, as far as it can be seen; undefined when it will do. The server has the last word. */
export function emailFault(value: string): string | undefined {
  const email = value.trim();
  return missingEmail(email) ?? (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) ? undefined : NO_EMAIL);
}

/** What is wrong with a password that is to be set. */
export function passwordFault(password: string): string | undefined {
  const length = passwordLength(password);
  if (length === 0) return 'Please choose a password.';
  if (length >= min && length <= max) return undefined;
  const has = length === 1 ? '1 character' : `${length} characters`;
  return `A password has ${min} to ${max} characters; this one has ${has}.`;
}

/** What is wrong with a name, which may be missing. */
export function nameFault(name: string): string | undefined {
  try {
    requireName(name);
    return undefined;
  } catch {
    return LONG_NAME;
  }
}

/** What is missing of an address that is asked for. */
export function missingEmail(email: string): string | undefined {
  return email.trim() === '' ? 'Please enter your e-mail address.' : undefined;
}

/** What is missing of a password that is asked for. */
export function missingPassword(password: string): string | undefined {
  return password === '' ? 'Please enter your password.' : undefined;
}
